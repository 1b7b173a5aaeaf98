import type { SecretDetail, SecretRef, SecretSettings } from '@holdfast/contract';
import { useState } from 'react';
import type { useChange } from '../../../api/use-change.ts';
import { faultOf } from '../../../api/words.ts';
import { CheckField } from '../../../ui/fields/CheckField.tsx';
import { TextArea } from '../../../ui/fields/TextArea.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { secretPath, wordOf } from '../calls.ts';

interface SettingsDialogProps {
  readonly secret: SecretDetail;
  readonly change: ReturnType<typeof useChange<SecretDetail>>;
  readonly onClose: () => void;
}

export function SettingsDialog({ secret, change: { run, isPending, error }, onClose }: SettingsDialogProps) {
  const [owner, setOwner] = useState(secret.owner ?? '');
  const [description, setDescription] = useState(secret.description);
  const [maxAge, setMaxAge] = useState(secret.maxAgeDays === null ? '' : String(secret.maxAgeDays));
  const [kept, setKept] = useState(String(secret.versionsKept));
  const [isCanary, setCanary] = useState(secret.isCanary);
  const body: SecretSettings = {
    owner: owner.trim() === '' ? null : owner.trim(),
    description,
    maxAgeDays: maxAge === '' ? null : Number(maxAge),
    versionsKept: Number(kept),
    isCanary,
  };
  return (
    <FormDialog
      title={`About ${secret.name}`}
      button="Change"
      command={commandOf(secret, body)}
      isBusy={isPending}
      onSubmit={() => run({ method: 'PATCH', path: secretPath(secret), body }, `Change what is said of ${secret.name}`)}
      onClose={onClose}
    >
      <TextField
        label="Answered for by"
        hint="Who is asked when it is overdue. Empty = nobody."
        value={owner}
        onChange={setOwner}
        fault={faultOf(error, '/owner')}
        maxLength={254}
      />
      <TextArea
        label="What it is for"
        value={description}
        onChange={setDescription}
        fault={faultOf(error, '/description')}
        maxLength={500}
        rows={2}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Oldest it may become, in days"
          hint="Empty = no limit."
          type="number"
          min={1}
          max={3650}
          value={maxAge}
          onChange={setMaxAge}
          fault={faultOf(error, '/maxAgeDays')}
        />
        <TextField
          label="Versions kept"
          hint="The oldest is destroyed with the next."
          type="number"
          min={1}
          max={100}
          required
          value={kept}
          onChange={setKept}
          fault={faultOf(error, '/versionsKept')}
        />
      </div>
      <CheckField
        label="A decoy"
        hint="Nobody has a reason to read it: each read is an alarm."
        isChecked={isCanary}
        onChange={setCanary}
      />
    </FormDialog>
  );
}

const commandOf = (ref: SecretRef, { owner, maxAgeDays, versionsKept, isCanary }: SecretSettings): readonly string[] => {
  const age = typeof maxAgeDays === 'number' ? `${maxAgeDays}d` : 'none';
  const about = ['--owner', owner ?? 'none', '--max-age', age, '--keep', String(versionsKept)];
  return ['secret', 'settings', wordOf(ref), ...about, '--canary', isCanary === true ? 'on' : 'off'];
};
