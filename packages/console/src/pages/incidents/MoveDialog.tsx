import type { IncidentDetail, IncidentView, Phase } from '@holdfast/contract';
import { useState } from 'react';
import { Callout } from '../../ui/Callout.tsx';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextArea } from '../../ui/fields/TextArea.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import type { IncidentChanges } from './use-incident-changes.ts';
import { choicesOf, PHASE_ORDER, PHASE_WORDS, VERDICT_WORDS } from './words.ts';

interface MoveDialogProps {
  readonly incident: IncidentDetail;
  readonly to: Phase;
  readonly changes: IncidentChanges;
  readonly onClose: () => void;
}

type Verdict = NonNullable<IncidentView['verdict']>;

/** To another phase; closing asks what it was and what was learned. */
export function MoveDialog({ incident, to, changes, onClose }: MoveDialogProps) {
  const [phase, setPhase] = useState(to);
  const [verdict, setVerdict] = useState<Verdict>(incident.verdict ?? 'true-positive');
  const [lessons, setLessons] = useState('');
  const [reason, setReason] = useState('');
  const [leavesActions, leave] = useState(false);
  const choices = PHASE_ORDER.filter((one) => one !== incident.phase).map((value) => ({ value, label: PHASE_WORDS[value] }));
  const closing = phase === 'closed';
  const isStillDone = incident.effective + incident.waiting > 0;
  const learned = lessons
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length > 0);
  const words = closing
    ? ['incident', 'close', incident.id, '--verdict', verdict, '--reason', reason]
    : ['incident', 'move', incident.id, phase, '--reason', reason];
  return (
    <FormDialog
      title="Move the incident"
      button={closing ? 'Close' : 'Move'}
      command={words}
      isBusy={changes.isBusy}
      onSubmit={() => {
        changes.move({ phase, reason, ...(closing ? { verdict, lessons: learned, leavesActions } : {}) });
        onClose();
      }}
      onClose={onClose}
    >
      {/* The choices of these are the values of their types. */}
      <SelectField label="To" value={phase} onChange={(next) => setPhase(next as Phase)} choices={choices} />
      {incident.missing.length > 0 && (
        <Callout tone="watch" title="Still missing">
          {incident.missing.join(' ')}
        </Callout>
      )}
      {closing && (
        <>
          <SelectField
            label="What it was"
            value={verdict}
            onChange={(next) => setVerdict(next as Verdict)}
            choices={choicesOf(VERDICT_WORDS)}
          />
          <TextArea
            label="What was learned"
            hint="One lesson in each line: each becomes a task."
            value={lessons}
            onChange={setLessons}
            maxLength={4000}
          />
          {isStillDone && (
            <CheckField
              label="What was done stays in force"
              hint="Bans, patches and what is cut off go on; each still has its undo."
              isChecked={leavesActions}
              onChange={leave}
            />
          )}
        </>
      )}
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
