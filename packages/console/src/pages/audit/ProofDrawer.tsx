import type { CheckpointView, InclusionView } from '@holdfast/contract';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { sayProblem } from '../../api/words.ts';
import { formatCount } from '../../state/format.ts';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import { checkpointQuery, proofQuery } from './calls.ts';
import { checkProof, type ProofCheck } from './check-proof.ts';

interface ProofDrawerProps {
  readonly index: number;
  readonly onClose: () => void;
}

/** One record, and the proof that it stands in the ledger, done again in this browser. */
export function ProofDrawer({ index, onClose }: ProofDrawerProps) {
  const { data: head } = useSuspenseQuery(checkpointQuery);
  const { data: proof, error } = useQuery(proofQuery(index));
  return (
    <Dialog title={`Record #${index}`} isDrawer onClose={onClose}>
      {error !== null && <Callout tone="stop">{sayProblem(error).text}</Callout>}
      {proof === undefined && error === null && <Skeleton />}
      {proof !== undefined && <Proof head={head} proof={proof} />}
    </Dialog>
  );
}

function Proof({ head, proof }: { readonly head: CheckpointView; readonly proof: InclusionView }) {
  const { data: check, error } = useQuery({
    queryKey: ['audit', 'check', proof, head.verifierKey],
    queryFn: async () => checkProof(proof, head.verifierKey),
    staleTime: Infinity,
  });
  return (
    <div className="flex flex-col gap-4">
      {error !== null && (
        <Callout tone="watch" title="This browser cannot check the signature">
          Newer ones can (Ed25519 of Web Cryptography). The command checks it anywhere.
        </Callout>
      )}
      {check !== undefined && <Verdict check={check} proof={proof} />}
      <div>
        <h3 className="mb-1 font-semibold">The record, as it was hashed</h3>
        {/* A long text is read with the keyboard too (WCAG 2.2 §2.1.1). */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre tabIndex={0} className="overflow-x-auto rounded bg-raised p-3 text-[0.8125rem]">
          {readable(proof.leaf)}
        </pre>
      </div>
      <CopyAsCli words={['audit', 'prove', String(proof.index)]} />
    </div>
  );
}

function readable(leaf: string | null): string {
  if (leaf === null) return 'The segment that holds it cannot be read.';
  try {
    return JSON.stringify(JSON.parse(leaf), null, 2);
  } catch {
    return leaf;
  }
}

function Verdict({
  check: { isLeafRight, isIncluded, isSigned },
  proof,
}: {
  readonly check: ProofCheck;
  readonly proof: InclusionView;
}) {
  const isProven = isLeafRight && isIncluded && isSigned;
  const lines = [
    [isLeafRight, 'the hash of this text is the leaf in the tree'],
    [isIncluded, `${proof.hashes.length} hashes lead from the leaf to the signed root of ${formatCount(proof.size)} records`],
    [isSigned, 'the root is signed with the key of this ledger'],
  ] as const;
  return (
    <Callout tone={isProven ? 'ok' : 'stop'} title={isProven ? 'Proven in this browser' : 'It does not fit'}>
      <ul>
        {lines.map(([isRight, words]) => (
          <li key={words}>
            <span aria-hidden="true">{isRight ? '✓' : '✗'}</span>
            <span className="sr-only">{isRight ? 'Right: ' : 'Wrong: '}</span> {words}
          </li>
        ))}
      </ul>
    </Callout>
  );
}
