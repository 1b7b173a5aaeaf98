import type { ExceptionFromRequest, ExceptionProposal, Explanation } from '@holdfast/contract';
import { useState, type SubmitEvent } from 'react';
import { faultOf } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import { sayPlace } from '../../api/event-words.ts';

const DAYS = [7, 30, 90, 365].map((days) => ({ value: String(days), label: `${days} days` }));
const ALL = '';

export interface ExceptionChange {
  readonly isPending: boolean;
  readonly error: unknown;
  readonly make: (input: ExceptionFromRequest) => void;
}

interface ExceptionDialogProps {
  readonly explanation: Explanation;
  readonly change: ExceptionChange;
  readonly onClose: () => void;
}

const commandOf = ({ requestId, rule, reason, days }: ExceptionFromRequest): readonly string[] => [
  'exception',
  'add',
  '--from',
  requestId,
  ...(rule === undefined ? [] : ['--rule', rule]),
  '--for',
  `${days}d`,
  '--reason',
  reason,
];

/** A false positive becomes an exception of one rule in one place: reason and end are asked for, and what it gives up is said before. */
export function ExceptionDialog({ explanation, change, onClose }: ExceptionDialogProps) {
  const { proposals, requestId } = explanation;
  const [rule, chooseRule] = useState(ALL);
  const [reason, writeReason] = useState('');
  const [days, chooseDays] = useState('90');
  const chosen = proposals.filter((proposal) => rule === ALL || proposal.rule === rule);
  const input: ExceptionFromRequest = {
    requestId,
    reason,
    days: Number(days),
    ...(rule === ALL ? {} : { rule: chosen[0]?.rule ?? rule }),
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    change.make(input);
  };
  const rules = [...new Set(proposals.map((proposal) => proposal.rule))].map((value) => ({ value, label: value }));
  return (
    <Dialog title="Make an exception" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {rules.length > 1 && (
          <SelectField
            label="Rule"
            value={rule}
            onChange={chooseRule}
            choices={[{ value: ALL, label: `All ${rules.length} that fired` }, ...rules]}
          />
        )}
        <Preview proposals={chosen} />
        <TextField
          label="Why is this no attack?"
          hint="Kept in the ledger with your name."
          value={reason}
          onChange={writeReason}
          fault={faultOf(change.error, '/reason')}
          minLength={3}
          maxLength={500}
          required
        />
        <SelectField label="Ends after" value={days} onChange={chooseDays} choices={DAYS} />
        <div className="flex flex-wrap items-center justify-end gap-2">
          <CopyAsCli words={commandOf(input)} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" isBusy={change.isPending}>
            {chosen.length > 1 ? `Make ${chosen.length} exceptions` : 'Make the exception'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Preview({ proposals }: { readonly proposals: readonly ExceptionProposal[] }) {
  return (
    <Callout tone="watch" title="What will no longer be found">
      <ul className="mt-1 flex flex-col gap-1">
        {proposals.map(({ rule, method, route, location, parameter }) => (
          <li key={`${rule} ${location} ${parameter}`}>
            <code>{rule}</code> in the {sayPlace(location, parameter)} of{' '}
            <code>
              {method} {route}
            </code>
          </li>
        ))}
      </ul>
      <p className="mt-1">Every other rule, field and route stays as it is.</p>
    </Callout>
  );
}
