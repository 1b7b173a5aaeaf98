import { useSuspenseQuery } from '@tanstack/react-query';
import { statusQuery } from '../../api/queries.ts';
import { formatCount } from '../../state/format.ts';
import { CopyCommand } from '../../ui/copy/CopyCommand.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';

/** What runs here. Settings of the process stand in its file and environment, where they can be reviewed and kept. */
export function SystemPanel() {
  const { data } = useSuspenseQuery(statusQuery);
  const { version, runtime, node, dataDir, startedAt, listeners, ledger, snapshot } = data;
  return (
    <Panel title="This Holdfast">
      <KeyValues
        items={[
          ['Version', `${version} on ${runtime}`],
          ['Node', node],
          ['Running since', <Time key="since" at={startedAt} />],
          ['Data directory', <code key="data">{dataDir}</code>],
          ...listeners.map(({ name, address }) => [name, <code key={name}>{address}</code>] as const),
          ['Policy state', snapshot === null ? 'none yet' : `${snapshot.version} (${snapshot.digest.slice(0, 12)})`],
          ['Ledger', ledger === null ? 'none' : `${formatCount(ledger.size)} records, ${ledger.state}`],
        ]}
      />
      <p className="mt-4 text-soft">
        Ports, TLS, mail and storage are set in <code>holdfast.yaml</code> or the environment. This shows what holds and where
        each value comes from:
      </p>
      <CopyCommand command="holdfast config show --origin" />
      <p className="mt-3 text-soft">A backup is one encrypted file; it is made on the host:</p>
      <CopyCommand command="holdfast backup create" />
    </Panel>
  );
}
