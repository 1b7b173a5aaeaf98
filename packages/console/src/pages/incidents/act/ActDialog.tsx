import type { ActionPlan, ActionView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { statusQuery } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { faultOf, sayProblem } from '../../../api/words.ts';
import { Button } from '../../../ui/Button.tsx';
import { Callout } from '../../../ui/Callout.tsx';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { SelectField } from '../../../ui/fields/SelectField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { ACTION_WORDS } from '../words.ts';
import { ActFields } from './ActFields.tsx';
import { actionOf, ASKABLE, NOTHING_TYPED, type Askable } from './typed-action.ts';

interface ActDialogProps {
  readonly incident: string;
  readonly application: string | null;
  readonly onClose: () => void;
}

const CHOICES = ASKABLE.map((value) => ({ value, label: ACTION_WORDS[value] }));

/** Asks for something to be done; beforehand it can be looked at whom it would touch. */
export function ActDialog({ incident, application, onClose }: ActDialogProps) {
  const { data: status } = useSuspenseQuery(statusQuery);
  const known = status.applications.map(({ id }) => id);
  const [action, choose] = useState<Askable>('preserve-evidence');
  const [typed, type] = useState({ ...NOTHING_TYPED, application: application ?? known[0] ?? '' });
  const [reason, setReason] = useState('');
  const [plan, setPlan] = useState<ActionPlan | null>(null);
  const look = useChange<ActionPlan>({ name: 'incidents.plan', onDone: setPlan, showsFaults: true });
  const request = useChange<ActionView>({
    name: 'incidents.act',
    says: (made) => (made.state === 'waiting' ? 'It waits for somebody else to agree.' : (made.outcome ?? 'Done.')),
    onDone: onClose,
    showsFaults: true,
  });
  const asked = actionOf(action, typed);
  const error = request.error ?? look.error;
  return (
    <FormDialog
      title="Do something about it"
      button="Do it"
      isBusy={request.isPending}
      onSubmit={() =>
        request.run({ method: 'POST', path: '/actions', body: { ...asked, incident, reason } }, ACTION_WORDS[action])
      }
      onClose={onClose}
    >
      <SelectField
        label="What"
        value={action}
        onChange={(next) => {
          // The choices are the actions.
          choose(next as Askable);
          setPlan(null);
        }}
        choices={CHOICES}
      />
      <ActFields action={action} typed={typed} applications={known} onType={type} />
      <ReasonField value={reason} onChange={setReason} fault={faultOf(error, '/reason') ?? null} />
      {error !== null && <Callout tone="stop">{sayProblem(error).text}</Callout>}
      {plan !== null && <PlanShown plan={plan} />}
      <Button
        isBusy={look.isPending}
        onClick={() => look.run({ method: 'POST', path: '/actions/plan', body: { ...asked, incident } }, 'Look at it beforehand')}
      >
        Whom would it touch?
      </Button>
    </FormDialog>
  );
}

function PlanShown({ plan }: { readonly plan: ActionPlan }) {
  const { summary, impact, approvals, why, refused, isEffective } = plan;
  return (
    <Callout tone={refused === null ? 'note' : 'stop'} title={summary}>
      <p>
        {impact.clients} clients, {impact.sessions} sessions and {impact.requests} requests of the last hour.
      </p>
      {impact.unknown !== null && <p>{impact.unknown}</p>}
      {isEffective && <p>It is like that already.</p>}
      {refused !== null ? (
        <p>{refused}</p>
      ) : (
        <p>{approvals === 0 ? 'Nobody has to agree.' : `${approvals} others have to agree.`}</p>
      )}
      {why.map((one) => (
        <p key={one}>{one}</p>
      ))}
    </Callout>
  );
}
