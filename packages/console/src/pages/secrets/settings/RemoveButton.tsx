import type { SecretDetail } from '@holdfast/contract';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange } from '../../../api/use-change.ts';
import { paths } from '../../../state/paths.ts';
import { Button } from '../../../ui/Button.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { secretPath, wordOf } from '../calls.ts';

/** With all versions, for good: whoever does it writes the name. */
export function RemoveButton({ secret }: { readonly secret: SecretDetail }) {
  const { name } = secret;
  const navigate = useNavigate();
  const [isAsking, ask] = useState(false);
  const [typed, type] = useState('');
  const remove = useChange<null>({
    name: 'secret.remove',
    onDone: () => void navigate({ to: paths.secrets() }),
    says: `${name} is gone, with all its versions.`,
  });
  return (
    <>
      <Button look="danger" onClick={() => ask(true)}>
        Remove
      </Button>
      {isAsking && (
        <FormDialog
          title={`Remove ${name}?`}
          button="Remove"
          command={['secret', 'remove', wordOf(secret)]}
          isDanger
          isBusy={remove.isPending}
          isBlocked={typed !== name}
          onSubmit={() => remove.run({ method: 'DELETE', path: secretPath(secret) }, `Remove ${name}`)}
          onClose={() => ask(false)}
        >
          <p className="text-soft">
            All its versions are destroyed, and that cannot be undone: programs that read it get nothing from then on. To take it
            away for a while, delete its versions instead.
          </p>
          <TextField label={`Write ${name} to go on`} value={typed} onChange={type} required autoComplete="off" />
        </FormDialog>
      )}
    </>
  );
}
