import type { BypassView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { bypassQuery } from './calls.ts';

const TIMES = [
  { value: '900', label: '15 minutes' },
  { value: '3600', label: 'One hour' },
  { value: '14400', label: 'Four hours' },
] as const;

/** When a rule stops honest people and there is no time: everything passes for a while, and is recorded. */
export function BreakGlass() {
  const { may } = useMe();
  const { data } = useSuspenseQuery(bypassQuery);
  return (
    <Panel title="Break-glass">
      <p className="mb-4 max-w-[70ch] text-soft">
        For a while bans, limits and attack rules only record, for every application. Sign-in, protocol checks and headers stay.
        It ends by itself; the ledger keeps who broke the glass and why.
      </p>
      {data.active === null ? may('bypass:write') ? <Start /> : <p>It is not in force.</p> : <Active active={data.active} />}
    </Panel>
  );
}

function Start() {
  const [seconds, setSeconds] = useState('900');
  const [reason, setReason] = useState('');
  const start = useChange<BypassView>({ name: 'bans.break-glass', says: 'The glass is broken.', showsFaults: true });
  return (
    <form
      className="flex max-w-md flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        start.run({ method: 'POST', path: '/bypass', body: { forSeconds: Number(seconds), reason } }, 'Break the glass');
      }}
    >
      <SelectField label="For how long" value={seconds} onChange={setSeconds} choices={TIMES} />
      <ReasonField value={reason} onChange={setReason} fault={faultOf(start.error, '/reason')} />
      <div className="flex flex-wrap items-center gap-2">
        <Button look="danger" type="submit" isBusy={start.isPending}>
          Let everything pass
        </Button>
        <CopyAsCli words={['bypass', 'on', '--for', `${Number(seconds) / 60}m`, '--reason', reason]} />
      </div>
    </form>
  );
}

function Active({ active }: { readonly active: NonNullable<BypassView['active']> }) {
  const { may } = useMe();
  const end = useChange<null>({ name: 'bans.bypass-end', says: 'Everything is judged again.' });
  return (
    <Callout tone="stop" title="Everything passes now">
      <KeyValues
        items={[
          ['Ends', <Time key="ends" at={active.until} isRelative />],
          ['Since', <Time key="since" at={active.startedAt} />],
          ['By', active.startedBy],
          ['Reason', active.reason],
        ]}
      />
      {may('bypass:write') && (
        <div className="mt-3 flex items-center gap-2">
          <Button
            look="main"
            isBusy={end.isPending}
            onClick={() => end.run({ method: 'DELETE', path: '/bypass' }, 'End break-glass')}
          >
            Judge again at once
          </Button>
          <CopyAsCli words={['bypass', 'off']} />
        </div>
      )}
    </Callout>
  );
}
