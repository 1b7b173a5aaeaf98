import type { VerifyView } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { write } from '../../api/client.ts';
import { sayProblem } from '../../api/words.ts';
import { formatCount } from '../../state/format.ts';
import { Callout } from '../../ui/Callout.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';

/** The server reads the whole ledger again; an export lets anybody else do it without the server. */
export function VerifyDialog({ onClose }: { readonly onClose: () => void }) {
  const { data, error } = useQuery({
    queryKey: ['audit', 'verify'],
    queryFn: async () => write<VerifyView>({ method: 'POST', path: '/audit/verify' }),
    gcTime: 0,
    staleTime: Infinity,
  });
  return (
    <Dialog title="Verify the ledger" onClose={onClose}>
      {error !== null && <Callout tone="stop">{sayProblem(error).text}</Callout>}
      {data === undefined && error === null && (
        <div role="status">
          <p className="mb-3 text-soft">Every record is read and hashed again. A large ledger takes a while.</p>
          <Skeleton rows={3} />
        </div>
      )}
      {data !== undefined && (
        <Callout
          tone={data.ok ? 'ok' : 'stop'}
          title={
            data.ok
              ? `${formatCount(data.size)} records, all in their place`
              : `${formatCount(data.faults.length)} places do not fit`
          }
        >
          {data.ok ? (
            <>
              To have it checked by somebody who does not trust this machine: <code>holdfast audit export NAME</code>, and the
              guide to the ledger.
            </>
          ) : (
            <ul className="list-disc ps-5">
              {data.faults.map((fault) => (
                <li key={fault}>{fault}</li>
              ))}
            </ul>
          )}
        </Callout>
      )}
    </Dialog>
  );
}
