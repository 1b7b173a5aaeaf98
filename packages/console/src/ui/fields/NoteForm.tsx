import { useState } from 'react';
import { Button } from '../Button.tsx';
import { TextField } from './TextField.tsx';

export interface NoteFormProps {
  /** Where the note is kept, and who can read it. */
  readonly hint: string;
  readonly maxLength: number;
  readonly isBusy: boolean;
  readonly onNote: (text: string) => void;
}

/** A few words that are kept with something; empty again once they were sent. */
export function NoteForm({ hint, maxLength, isBusy, onNote }: NoteFormProps) {
  const [text, setText] = useState('');
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onNote(text);
        setText('');
      }}
    >
      <div className="min-w-40 flex-1">
        <TextField label="Note" hint={hint} value={text} onChange={setText} maxLength={maxLength} />
      </div>
      <Button type="submit" isBusy={isBusy} disabled={text.trim() === ''}>
        Keep
      </Button>
    </form>
  );
}
