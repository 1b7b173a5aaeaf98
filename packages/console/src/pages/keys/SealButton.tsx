import type { SealStatus } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';

/** Puts the keys away while the process runs: for the hour in which somebody else may have got hold of them. */
export function SealButton({ onSealed }: { readonly onSealed: (status: SealStatus) => void }) {
  const [isAsking, ask] = useState(false);
  const [reason, setReason] = useState('');
  const seal = useChange<SealStatus>({
    name: 'keys.seal',
    onDone(status) {
      ask(false);
      onSealed(status);
    },
    showsFaults: true,
  });
  return (
    <>
      <Button look="danger" onClick={() => ask(true)}>
        Seal now
      </Button>
      {isAsking && (
        <FormDialog
          title="Put the keys away?"
          button="Seal now"
          command={['key', 'seal', '--reason', reason]}
          isDanger
          isBusy={seal.isPending}
          onSubmit={() => seal.run({ method: 'POST', path: '/seal/close', body: { reason } }, 'Seal now')}
          onClose={() => ask(false)}
        >
          <div className="text-soft">
            <p>From then on, until somebody unseals on the host:</p>
            <ul className="mt-1 list-disc ps-5">
              <li>every port answers 503, unless the configuration says that traffic goes on with what is in memory;</li>
              <li>no secret is given to any program, and nothing is rotated or lent;</li>
              <li>nobody signs in, and this console stops.</li>
            </ul>
            <p className="mt-2">
              The way back is <code>holdfast key unseal</code> on the host.
            </p>
          </div>
          <ReasonField value={reason} onChange={setReason} fault={faultOf(seal.error, '/reason')} />
        </FormDialog>
      )}
    </>
  );
}
