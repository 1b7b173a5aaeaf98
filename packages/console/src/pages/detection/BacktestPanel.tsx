import type { Backtest } from '@holdfast/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { write } from '../../api/client.ts';
import { sayProblem } from '../../api/words.ts';
import { formatCount, formatCountOf } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Plot } from '../../ui/plot/Plot.tsx';
import { Time } from '../../ui/Time.tsx';

const SPANS = [
  { value: '1', label: 'The last day' },
  { value: '7', label: 'The last week' },
  { value: '30', label: 'The last thirty days' },
];

/** What a rule would have found in what is stored already. */
export function BacktestPanel({ id }: { readonly id: string }) {
  const [days, setDays] = useState('7');
  const test = useMutation({
    mutationFn: async () =>
      write<Backtest>({ method: 'POST', path: '/detection/backtest', body: { rule: id, days: Number(days) } }),
  });
  return (
    <Panel title="What it would have found" action={<CopyAsCli words={['detect', 'rules', 'backtest', id, '--days', days]} />}>
      <div className="flex flex-wrap items-end gap-2">
        <SelectField label="Over" value={days} onChange={setDays} choices={SPANS} />
        <Button isBusy={test.isPending} onClick={() => test.mutate()}>
          Try it
        </Button>
      </div>
      {test.error !== null && <Callout tone="stop">{sayProblem(test.error).text}</Callout>}
      {test.data !== undefined && <Result result={test.data} />}
    </Panel>
  );
}

function Result({ result }: { readonly result: Backtest }) {
  const { events, matches, alerts, days, samples, cut, unknown, from } = result;
  return (
    <div className="mt-4 flex flex-col gap-3">
      <p>
        {formatCountOf(matches, 'match')} in {formatCountOf(events, 'event')} since <Time at={from} />
        {cut ? ' (the time for it ran out there)' : ''}: {formatCount(alerts)} alerts.
      </p>
      {days.length > 1 && (
        <Plot
          label="Matches by day"
          times={days.map(({ at }) => at)}
          series={[{ name: 'matches', token: '--color-stop', values: days.map((day) => day.matches) }]}
          height={110}
        />
      )}
      <ul className="flex flex-col gap-1">
        {samples.map(({ time, requestId, type, summary }) => (
          <li key={`${time} ${requestId ?? type}`} className="[overflow-wrap:anywhere]">
            <Time at={time} /> {summary === '' ? type : summary}{' '}
            {requestId !== null && <LinkTo to={paths.request(requestId)}>{requestId}</LinkTo>}
          </li>
        ))}
      </ul>
      {unknown.map((line) => (
        <p key={line} className="text-soft">
          {line}
        </p>
      ))}
    </div>
  );
}
