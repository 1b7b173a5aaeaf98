import { useState } from 'react';
import { Callout } from '../../../ui/Callout.tsx';
import { Field } from '../../../ui/fields/Field.tsx';

/** As large as the server takes a document. */
const BYTES_MAX = 524_288;

/** Puts a file into the editor; it stays in this browser until somebody keeps it. */
export function ChooseFile({ onRead }: { readonly onRead: (text: string) => void }) {
  const [fault, setFault] = useState<string | null>(null);
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setFault(file.size > BYTES_MAX ? 'It is larger than 512 KiB.' : null);
    if (file.size <= BYTES_MAX) onRead(await file.text());
  };
  return (
    <>
      <Field label="From a file (optional)">
        {(ids) => (
          <input
            type="file"
            accept=".json,application/json"
            className="block w-full max-w-full py-1"
            {...ids}
            onChange={(event) => {
              read(event.target.files?.[0]).catch(() => setFault('The file cannot be read.'));
            }}
          />
        )}
      </Field>
      {fault !== null && <Callout tone="stop">{fault}</Callout>}
    </>
  );
}
