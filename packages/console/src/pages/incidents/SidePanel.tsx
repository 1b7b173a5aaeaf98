import type { IncidentDetail, IncidentView, Phase } from '@holdfast/contract';
import { useState } from 'react';
import { SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';
import { useMe } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { NoteForm } from '../../ui/fields/NoteForm.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import { MoveDialog } from './MoveDialog.tsx';
import type { IncidentChanges } from './use-incident-changes.ts';
import { CAUSE_WORDS, choicesOf, PHASE_ORDER, PHASE_WORDS, VERDICT_WORDS } from './words.ts';

interface SidePanelProps {
  readonly incident: IncidentDetail;
  readonly changes: IncidentChanges;
}

const nextOf = (phase: Phase): Phase => PHASE_ORDER[PHASE_ORDER.indexOf(phase) + 1] ?? 'detect';

/** What people do with it, and what it is. */
export function SidePanel({ incident, changes }: SidePanelProps) {
  const { may } = useMe();
  return (
    <div className="flex min-w-0 flex-col gap-5">
      {may('incident:write') && (
        <Panel title="What to do">
          <Steps incident={incident} changes={changes} />
        </Panel>
      )}
      <Panel title="Facts">
        <Facts incident={incident} />
      </Panel>
    </div>
  );
}

function Steps({ incident, changes }: SidePanelProps) {
  const { me } = useMe();
  const { id, phase, severity, owner } = incident;
  const [isMoving, move] = useState(false);
  const next = nextOf(phase);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <Button look="main" isBusy={changes.isBusy} onClick={() => move(true)}>
          {phase === 'closed' ? 'Open again' : `On to: ${PHASE_WORDS[next]}`}
        </Button>
        {owner === null && (
          <Button
            isBusy={changes.isBusy}
            onClick={() => changes.change({ owner: `operator:${me.ref}`, reason: 'taken in the console' })}
          >
            Take it
          </Button>
        )}
        <CopyAsCli words={['incident', 'show', id]} />
      </div>
      <SelectField
        label="Severity"
        value={severity}
        disabled={changes.isBusy}
        onChange={(to) =>
          // The choices are the severities.
          changes.change({ severity: to as IncidentView['severity'], reason: 'judged in the console' })
        }
        choices={choicesOf(SEVERITY_WORDS)}
      />
      <NoteForm hint="Kept sealed, in the timeline." maxLength={4000} isBusy={changes.isBusy} onNote={changes.note} />
      {isMoving && <MoveDialog incident={incident} to={next} changes={changes} onClose={() => move(false)} />}
    </div>
  );
}

function Facts({ incident }: { readonly incident: IncidentDetail }) {
  const { severity, verdict, application, owner, cause, openedAt, openedBy, closedAt, awareAt, entities, linkedAlerts } =
    incident;
  return (
    <>
      <KeyValues
        items={[
          [
            'Severity',
            <Badge key="severity" tone={SEVERITY_TONES[severity]}>
              {SEVERITY_WORDS[severity]}
            </Badge>,
          ],
          ['Verdict', verdict === null ? 'none yet' : VERDICT_WORDS[verdict]],
          ['Application', application ?? 'none in particular'],
          ['Owner', owner === null ? 'nobody' : <Who key="owner" actor={owner} />],
          ['Why', CAUSE_WORDS[cause]],
          ['Opened', <Time key="opened" at={openedAt} />],
          ['By', <Who key="by" actor={openedBy} />],
          ...(closedAt === null ? [] : [['Closed', <Time key="closed" at={closedAt} />] as const]),
          ...(awareAt === null ? [] : [['Known since', <Time key="aware" at={awareAt} />] as const]),
        ]}
      />
      {entities.length > 0 && (
        <ul className="mt-3 flex flex-col gap-1">
          {entities.slice(0, 20).map(({ kind, value }) => (
            <li key={`${kind} ${value}`} className="[overflow-wrap:anywhere]">
              <span className="text-soft">{kind}</span>{' '}
              <LinkTo to={paths.alerts({ entity: value, state: 'all' })}>{value}</LinkTo>
            </li>
          ))}
        </ul>
      )}
      {linkedAlerts.length > 0 && (
        <p className="mt-3">
          {linkedAlerts.slice(0, 10).map((alert, index) => (
            <span key={alert}>
              {index > 0 && ', '}
              <LinkTo to={paths.alert(alert)}>alert …{alert.slice(-6)}</LinkTo>
            </span>
          ))}
        </p>
      )}
    </>
  );
}
