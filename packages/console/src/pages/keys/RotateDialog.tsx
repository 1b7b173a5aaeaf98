import type { KeyRotate, KeyRotated } from '@holdfast/contract';
import { useState } from 'react';
import type { useChange } from '../../api/use-change.ts';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { ROTATION_WORDS } from './words.ts';

interface RotateDialogProps {
  readonly change: ReturnType<typeof useChange<KeyRotated>>;
  readonly onClose: () => void;
}

const CHOICES = Object.entries(ROTATION_WORDS).map(([value, { label }]) => ({ value, label }));

export function RotateDialog({ change: { run, isPending }, onClose }: RotateDialogProps) {
  const [what, setWhat] = useState<KeyRotate['what']>('data');
  return (
    <FormDialog
      title="Make a new key"
      button="Make it"
      command={['key', 'rotate', `--${what}`]}
      isBusy={isPending}
      onSubmit={() => run({ method: 'POST', path: '/keys/rotate', body: { what } }, 'Make a new key')}
      onClose={onClose}
    >
      <SelectField
        label="Which one"
        value={what}
        // Only these are offered.
        onChange={(value) => setWhat(value as KeyRotate['what'])}
        choices={CHOICES}
      />
      <p className="text-soft">{ROTATION_WORDS[what].text}</p>
    </FormDialog>
  );
}
