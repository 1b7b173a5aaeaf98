import type { KeyringView, RewrapView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { formatCount, formatCountOf } from '../../state/format.ts';
import { Bar } from '../../ui/Bar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { rewrapQuery } from './calls.ts';

/** The change of all that is sealed to the key that is active now, while everything goes on. */
export function RewrapPanel({ ring: { areas } }: { readonly ring: KeyringView }) {
  const { may } = useMe();
  const { data: rewrap } = useSuspenseQuery(rewrapQuery);
  const start = useChange<RewrapView>({ name: 'keys.rewrap' });
  const behind = areas.reduce((sum, area) => sum + area.behind, 0);
  const isRunning = rewrap.state === 'running';
  return (
    <Panel
      title="Sealing anew"
      action={
        may('key:write') && (
          <span className="flex flex-wrap items-center gap-2">
            <Button
              isBusy={start.isPending}
              disabled={isRunning}
              onClick={() => start.run({ method: 'POST', path: '/keys/rewrap' }, 'Seal anew what lies under earlier keys')}
            >
              Seal anew
            </Button>
            <CopyAsCli words={['key', 'rewrap', '--watch']} />
          </span>
        )
      }
    >
      <p>
        {behind === 0
          ? 'All that is stored lies under the active keys.'
          : `${formatCountOf(behind, 'item')} still under earlier keys, which open them until then.`}
      </p>
      <div className="mt-3" role="status">
        <Progress rewrap={rewrap} />
      </div>
      {rewrap.faults.length > 0 && (
        <div className="mt-3">
          <Callout tone="stop" title="Not everything opens">
            What does not open stays as it was, and so does its key.
            <ul className="mt-1 list-disc ps-5">
              {rewrap.faults.map((fault) => (
                <li key={fault}>
                  <code className="[overflow-wrap:anywhere]">{fault}</code>
                </li>
              ))}
            </ul>
          </Callout>
        </div>
      )}
    </Panel>
  );
}

function Progress({ rewrap: { state, done, total, area, endedAt } }: { readonly rewrap: RewrapView }) {
  const all = Math.max(done, total);
  switch (state) {
    case 'idle':
      return null;
    case 'running':
      return (
        <>
          <p>
            {formatCount(done)} of {formatCount(all)}
            {area !== null && <span className="text-soft">, now {area}</span>}
          </p>
          <Bar share={all === 0 ? 0 : done / all} tone="note" className="mt-1" />
        </>
      );
    case 'done':
      return (
        <p className="text-soft">
          {formatCount(done)} sealed anew, done {endedAt !== null && <Time at={endedAt} isRelative />}.
        </p>
      );
    case 'failed':
      return <p className="font-medium text-stop">{formatCount(done)} sealed anew, not all.</p>;
    default:
      return state satisfies never;
  }
}
