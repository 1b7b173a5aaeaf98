import type { RuleDetail, RuleState, RuleView } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { paths } from '../../state/paths.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { rulePath } from './calls.ts';
import { STATE_WORDS } from './words.ts';

const REASON_CHARS_MIN = 3;
const STATES: readonly RuleState[] = ['on', 'test', 'off'];

/** Switches a rule, and takes one away that was imported. */
export function RuleActions({ rule }: { readonly rule: RuleDetail }) {
  const { id, state } = rule;
  const [reason, setReason] = useState('');
  const isSaid = reason.trim().length >= REASON_CHARS_MIN;
  const said = isSaid ? { reason } : {};
  const change = useChange<RuleView>({
    name: `rules.state.${id}`,
    says: (now) => `The rule is: ${STATE_WORDS[now.state].toLowerCase()}.`,
    undo: () => ({ method: 'PUT', path: rulePath(id, '/state'), body: { state, reason: 'undone in the console' } }),
    showsFaults: true,
  });
  const remove = useChange<null>({ name: `rules.remove.${id}`, says: 'The rule is removed.' });
  return (
    <div className="flex flex-col gap-4">
      <TextField
        label="Reason"
        hint="Needed to switch it off and to remove it. Kept in the ledger."
        value={reason}
        onChange={setReason}
        maxLength={500}
        fault={faultOf(change.error, '/reason')}
      />
      <div className="flex flex-wrap items-center gap-2">
        {STATES.filter((next) => next !== state).map((next) => (
          <Button
            key={next}
            look={next === 'on' ? 'main' : 'plain'}
            isBusy={change.isPending}
            disabled={next === 'off' && !isSaid}
            onClick={() =>
              change.run(
                { method: 'PUT', path: rulePath(id, '/state'), body: { state: next, ...said } },
                `Set the rule: ${STATE_WORDS[next]}`,
              )
            }
          >
            {STATE_WORDS[next]}
          </Button>
        ))}
        {rule.origin === 'imported' && (
          <Button
            look="danger"
            isBusy={remove.isPending}
            disabled={!isSaid}
            onClick={() => remove.run({ method: 'DELETE', path: rulePath(id), body: { reason } }, 'Remove the rule')}
          >
            Remove
          </Button>
        )}
        <CopyAsCli words={['detect', 'rules', 'set', id, '--state', state === 'on' ? 'test' : 'on']} />
      </div>
      <p className="text-soft">
        Alerts of this rule stand under <LinkTo to={paths.alerts({ state: 'all' })}>Alerts</LinkTo>.
      </p>
    </div>
  );
}
