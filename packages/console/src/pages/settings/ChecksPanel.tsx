import { useSuspenseQuery } from '@tanstack/react-query';
import { Badge, type Tone } from '../../ui/Badge.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { doctorQuery } from './calls.ts';

const TONES: Readonly<Record<'ok' | 'warning' | 'failed', Tone>> = { ok: 'ok', warning: 'watch', failed: 'stop' };

export function ChecksPanel() {
  const { data } = useSuspenseQuery(doctorQuery);
  return (
    <Panel title="Is it well?" action={<CopyAsCli words={['doctor']} />}>
      <ul className="flex flex-col gap-3">
        {data.checks.map(({ name, state, detail, next }) => (
          <li key={name}>
            <p className="flex flex-wrap items-center gap-2">
              <Badge tone={TONES[state]}>{state}</Badge>
              <strong>{name}</strong>
            </p>
            <p className="text-soft [overflow-wrap:anywhere]">
              {detail}
              {next !== '' && <> Next: {next}</>}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
