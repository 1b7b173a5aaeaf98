import type { SecretReveal, SecretView } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../../api/queries.ts';
import { faultOf } from '../../../api/words.ts';
import { Callout } from '../../../ui/Callout.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { wordOf } from '../calls.ts';

interface RevealDialogProps {
  readonly secret: SecretView;
  readonly version: number;
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onSend: (body: SecretReveal) => void;
  readonly onClose: () => void;
}

/** Before a value is given: what for. The answer is recorded before the value comes. */
export function RevealDialog({ secret, version, error, isBusy, onSend, onClose }: RevealDialogProps) {
  const { may } = useMe();
  const [purpose, setPurpose] = useState('');
  const words = ['secret', 'get', wordOf(secret), '--version', String(version), '--purpose', purpose];
  return (
    <FormDialog
      title={`Reveal ${secret.name}, version ${version}`}
      button="Reveal"
      command={words}
      isBusy={isBusy}
      onSubmit={() => onSend({ purpose: purpose.trim(), version })}
      onClose={onClose}
    >
      {secret.isCanary && may('secret:write') && (
        <Callout tone="stop" title="This is a decoy">
          Nobody has a reason to read it: a read is an alarm, yours too.
        </Callout>
      )}
      <TextField
        label="What for"
        hint="Lower-case words, such as “incident 42” or “move to the new host”. Kept in the ledger with your name, whether you copy the value or not."
        value={purpose}
        onChange={setPurpose}
        fault={faultOf(error, '/purpose')}
        required
        maxLength={64}
        pattern="[a-z0-9][a-z0-9 ._\-]*"
        autoComplete="off"
      />
    </FormDialog>
  );
}
