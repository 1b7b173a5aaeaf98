import type { RunDetail } from '@holdfast/contract';
import { paths } from '../../../state/paths.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Facts } from '../../../ui/Facts.tsx';
import { KeyValues } from '../../../ui/KeyValues.tsx';
import { LinkTo } from '../../../ui/LinkTo.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Who } from '../../../ui/Who.tsx';
import { RUN_TONES, RUN_WORDS } from '../words.ts';

export function RunFacts({ run }: { readonly run: RunDetail }) {
  const { state, isSimulation, incident, startedAt, startedBy, endedAt, outcome, variables, digest, id } = run;
  return (
    <>
      <Facts
        items={[
          [
            'State',
            <span key="state" role="status">
              <Badge tone={RUN_TONES[state]}>{RUN_WORDS[state]}</Badge>
              {isSimulation && ' '}
              {isSimulation && <Badge tone="note">Simulation</Badge>}
            </span>,
          ],
          ...(outcome === null ? [] : [['Outcome', outcome] as const]),
          [
            'Incident',
            incident === null ? (
              'none'
            ) : (
              <LinkTo key="incident" to={paths.incident(incident)}>
                …{incident.slice(-6)}
              </LinkTo>
            ),
          ],
          ['Began', <Time key="began" at={startedAt} />],
          ['By', <Who key="by" actor={startedBy} />],
          ['Ended', endedAt === null ? 'not yet' : <Time key="ended" at={endedAt} />],
          ['Text', <code key="digest">{digest.slice(0, 16)}</code>],
          ['Id', <code key="id">{id}</code>],
        ]}
      />
      <Panel title="Variables">
        {variables.length === 0 ? (
          <p className="text-soft">None.</p>
        ) : (
          <KeyValues items={variables.map(({ name, value }) => [name, value ?? 'not set'] as const)} />
        )}
      </Panel>
    </>
  );
}
