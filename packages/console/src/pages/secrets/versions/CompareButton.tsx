import type { SecretComparison, SecretDetail } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../../api/use-change.ts';
import { RowButton } from '../../../ui/list/RowButton.tsx';
import { secretPath, wordOf } from '../calls.ts';
import { CompareDialog } from './CompareDialog.tsx';

interface CompareButtonProps {
  readonly secret: SecretDetail;
  readonly from: number;
  readonly to: number;
}

/** The names of the fields that changed since; the API counts it as a read of both. */
export function CompareButton({ secret, from, to }: CompareButtonProps) {
  const [found, show] = useState<SecretComparison | null>(null);
  const compare = useChange<SecretComparison>({ name: `secret.compare.${wordOf(secret)}.${from}`, onDone: show });
  const change = { method: 'POST', path: secretPath(secret, '/compare'), body: { from, to } } as const;
  return (
    <>
      <RowButton
        aria-label={`Compare version ${from} with the current one`}
        isBusy={compare.isPending}
        onClick={() => compare.run(change, `Compare versions ${from} and ${to}`)}
      >
        Compare
      </RowButton>
      {found !== null && <CompareDialog found={found} onClose={() => show(null)} />}
    </>
  );
}
