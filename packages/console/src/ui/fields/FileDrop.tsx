import { useState, type DragEvent } from 'react';
import { classes } from '../classes.ts';
import { Field } from './Field.tsx';

interface FileDropProps {
  readonly label: string;
  readonly hint: string;
  /** As the file chooser of the browser takes it. */
  readonly accept: string;
  readonly bytesMax: number;
  readonly onRead: (text: string, name: string) => void;
}

/** One file by its chooser or dropped onto it; it is read in this browser, and goes nowhere before somebody says so. */
export function FileDrop({ label, hint, accept, bytesMax, onRead }: FileDropProps) {
  const [fault, setFault] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setFault(file.size > bytesMax ? `It is larger than ${Math.floor(bytesMax / 1_048_576)} MiB.` : null);
    if (file.size <= bytesMax) onRead(await file.text(), file.name);
  };
  const take = (files: FileList | null): void => {
    read(files?.[0]).catch(() => setFault('The file cannot be read.'));
  };
  const onDrag = (event: DragEvent, isHere: boolean): void => {
    event.preventDefault();
    setOver(isHere);
  };
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(ids) => (
        <input
          type="file"
          accept={accept}
          data-drop=""
          className={classes(
            'block w-full max-w-full rounded-md border-2 border-dashed px-4 py-5',
            isOver ? 'border-act bg-note-tint' : 'border-field',
          )}
          {...ids}
          onChange={(event) => take(event.target.files)}
          onDragEnter={(event) => onDrag(event, true)}
          onDragOver={(event) => onDrag(event, true)}
          onDragLeave={(event) => onDrag(event, false)}
          onDrop={(event) => {
            onDrag(event, false);
            take(event.dataTransfer.files);
          }}
        />
      )}
    </Field>
  );
}
