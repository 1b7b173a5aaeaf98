import type { PromotionInput, PromotionPlan, PromotionView } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { useChange } from '../../api/use-change.ts';
import { faultOf, sayProblem } from '../../api/words.ts';
import { formatCount } from '../../state/format.ts';
import { Callout } from '../../ui/Callout.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { planQuery } from './calls.ts';

const SHARES = [
  { value: '10', label: '10 % of the clients for an hour, then everybody' },
  { value: '50', label: '50 % of the clients for an hour, then everybody' },
  { value: '100', label: 'Everybody at once' },
];

interface PromoteDialogProps {
  readonly application: string;
  readonly change: ReturnType<typeof useChange<PromotionView>>;
  readonly onClose: () => void;
}

/** What enforcing would have done, before it is done. */
export function PromoteDialog({ application, change: { run, isPending, error }, onClose }: PromoteDialogProps) {
  const plan = useQuery(planQuery(application));
  const [share, setShare] = useState('10');
  const [reason, setReason] = useState('');
  const [force, setForce] = useState(false);
  const isReady = plan.data?.readiness.ready === true;
  const body: Partial<PromotionInput> = {
    application,
    share: Number(share),
    force,
    ...(reason === '' ? {} : { reason }),
  };
  const command = ['tune', 'promote', application, '--canary', `${share}%`, ...(force ? ['--force'] : [])];
  return (
    <FormDialog
      title={`Enforce for ${application}`}
      button="Enforce"
      command={command}
      isBusy={isPending}
      isBlocked={!isReady && !force}
      onSubmit={() => run({ method: 'POST', path: '/tuning/promotions', body }, `Enforce for ${application}`)}
      onClose={onClose}
    >
      {plan.isPending && <Skeleton rows={3} />}
      {plan.error !== null && <Callout tone="stop">{sayProblem(plan.error).text}</Callout>}
      {plan.data !== undefined && <PlanNote plan={plan.data} />}
      <SelectField label="For whom first" value={share} onChange={setShare} choices={SHARES} />
      <TextField
        label="Reason (optional)"
        value={reason}
        onChange={setReason}
        fault={faultOf(error, '/reason')}
        maxLength={500}
      />
      {plan.data !== undefined && !isReady && (
        <CheckField
          label="Although it is not ready"
          hint="People may be blocked at work. It goes back by itself when established clients are."
          isChecked={force}
          onChange={setForce}
        />
      )}
    </FormDialog>
  );
}

function PlanNote({ plan: { simulation } }: { readonly plan: PromotionPlan }) {
  const { stopped, stoppedClients, touchedClients, requests, days } = simulation;
  return (
    <Callout tone={touchedClients === 0 ? 'ok' : 'watch'} title={`In the last ${days} days it would have`}>
      stopped {formatCount(stopped)} of {formatCount(requests)} requests, of {formatCount(stoppedClients)} clients, and touched{' '}
      {formatCount(touchedClients)} established clients.
    </Callout>
  );
}
