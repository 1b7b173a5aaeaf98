import type { PolicyCheck } from '@holdfast/contract';
import { Callout } from '../../ui/Callout.tsx';

/** What is wrong with a text and where, or what it holds. */
export function FaultList({ check: { faults, warnings, policies } }: { readonly check: PolicyCheck }) {
  return (
    <div role="status" className="flex flex-col gap-2">
      {faults.length > 0 && (
        <Callout tone="stop" title="It cannot be put in force">
          <Places faults={faults} />
        </Callout>
      )}
      {warnings.length > 0 && (
        <Callout tone="watch" title="It can, but">
          <Places faults={warnings} />
        </Callout>
      )}
      {faults.length === 0 && (
        <Callout tone="ok" title={`${policies.length} ${policies.length === 1 ? 'policy' : 'policies'}, all readable`}>
          {policies.map(({ id, effect }) => `${effect} ${id}`).join(', ')}
        </Callout>
      )}
    </div>
  );
}

function Places({ faults }: { readonly faults: PolicyCheck['faults'] }) {
  return (
    <ul className="list-disc ps-5">
      {faults.map(({ line, column, detail, policy }) => (
        <li key={`${line}-${column}-${detail}`}>
          Line {line}, column {column}:{policy !== null && <code>{policy}</code>} {detail}
        </li>
      ))}
    </ul>
  );
}
