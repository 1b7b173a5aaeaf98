import type { RecordedFinding } from '@holdfast/contract';
import { formatShare } from '../../state/format.ts';
import { Badge } from '../../ui/Badge.tsx';
import { sayGroup, sayPlace } from '../../api/event-words.ts';

function Weight({ finding }: { readonly finding: RecordedFinding }) {
  if (finding.exception !== null) return <Badge tone="note">excepted</Badge>;
  return finding.blocks ? <Badge tone="stop">enough to block</Badge> : <Badge tone="watch">not enough to block</Badge>;
}

/** Each rule that fired: where, how sure, how the value had to be decoded, and a redacted piece of it. */
export function Findings({ findings }: { readonly findings: readonly RecordedFinding[] }) {
  return (
    <ul className="flex flex-col gap-3">
      {findings.map((finding) => (
        <li key={`${finding.rule}-${finding.location}-${finding.name}`} className="rounded-md border border-line p-3">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <strong>{sayGroup(finding.group)}</strong>
            <span className="text-soft">in the {sayPlace(finding.location, finding.name)}</span>
            <Weight finding={finding} />
          </p>
          <p className="mt-1">{finding.why}</p>
          <pre className="mt-2 rounded-md bg-raised px-3 py-2 whitespace-pre-wrap [overflow-wrap:anywhere]">{finding.sample}</pre>
          <p className="mt-2 flex flex-wrap items-center gap-x-3 text-[0.8125rem] text-soft">
            <span>
              rule <code>{finding.rule}</code>
            </span>
            <span>{formatShare(finding.confidence)} sure</span>
            {finding.context !== null && <span>field for {finding.context}</span>}
            {finding.chain.length > 0 && <span>decoded: {finding.chain.join(' → ')}</span>}
          </p>
        </li>
      ))}
    </ul>
  );
}
