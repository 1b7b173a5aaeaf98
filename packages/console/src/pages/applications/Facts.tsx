import type { ApplicationView, Readiness } from '@holdfast/contract';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useMe } from '../../api/queries.ts';
import { isQuiet, seriesOf, spanOf, trafficQuery } from '../../api/traffic.ts';
import { paths } from '../../state/paths.ts';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Plot } from '../../ui/plot/Plot.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Time } from '../../ui/Time.tsx';
import { readinessQuery } from './calls.ts';

export function Facts({ view }: { readonly view: ApplicationView }) {
  const { may } = useMe();
  const { id, mode } = view.application;
  const canGetReady = mode === 'monitor' && may('tuning:read');
  return (
    <div className="grid gap-5 xl:grid-cols-2">
      {may('system:read') && <Day id={id} />}
      {canGetReady && <ReadyPanel id={id} />}
      <Panel title="Settings" {...(canGetReady ? { className: 'xl:col-span-2' } : {})}>
        <Settings view={view} />
      </Panel>
    </div>
  );
}

function Day({ id }: { readonly id: string }) {
  const { data } = useSuspenseQuery(trafficQuery(spanOf('24h'), id));
  const times = useMemo(() => data.points.map(({ time }) => time), [data]);
  const series = useMemo(() => seriesOf(data), [data]);
  return (
    <Panel title="The last day" action={<LinkTo to={paths.events({ application: id, span: '24h' })}>Its events</LinkTo>}>
      {isQuiet(data) ? (
        <p className="text-soft">No request came.</p>
      ) : (
        <Plot label="Requests of the last day, by what became of them" times={times} series={series} height={150} isStacked />
      )}
    </Panel>
  );
}

function ReadyPanel({ id }: { readonly id: string }) {
  const { data } = useQuery(readinessQuery(id));
  return (
    <Panel title="Ready to enforce?" action={<LinkTo to={paths.tuning({ application: id })}>Tuning inbox</LinkTo>}>
      {data === undefined && <Skeleton rows={4} />}
      {data === null && <p className="text-soft">Nothing is known of it yet.</p>}
      {data !== undefined && data !== null && <ReadyLines lines={data.lines} />}
    </Panel>
  );
}

const LINE_WORDS: Readonly<Record<Readiness['lines'][number]['name'], string>> = {
  traffic: 'Enough was watched',
  routes: 'Routes were seen',
  inbox: 'Nothing waits for a decision',
  'self-test': 'The self-test passes',
};

function ReadyLines({ lines }: { readonly lines: Readiness['lines'] }) {
  return (
    <ul className="flex flex-col gap-2">
      {lines.map(({ name, passed, figure, next }) => (
        <li key={name} className="flex gap-2.5">
          <span className={passed ? 'text-ok' : 'text-watch'} aria-hidden="true">
            {passed ? '✓' : '○'}
          </span>
          <span className="min-w-0">
            <span className="sr-only">{passed ? 'Yes: ' : 'Not yet: '}</span>
            {LINE_WORDS[name]} <span className="text-soft">{figure}</span>
            {!passed && next !== '' && <span className="block text-[0.875rem] text-soft">{next}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

const onOff = (isOn: boolean): string => (isOn ? 'on' : 'off');

function Settings({ view }: { readonly view: ApplicationView }) {
  const { application, origin, revision, updatedAt, updatedBy } = view;
  const { login, rate, body, csp } = application;
  return (
    <KeyValues
      items={[
        ['Id', <code key="id">{application.id}</code>],
        ['Hosts', application.hosts.length === 0 ? 'any' : application.hosts.join(', ')],
        ['Upstream', <code key="upstream">{application.upstream}</code>],
        ['Sign-in', login.mode === 'off' ? 'off' : `${login.mode}${login.mfa ? ', with a second factor' : ''}`],
        ['Rate', rate.perSecond === 0 ? 'no limit' : `${rate.perSecond} a second, ${rate.burst} at once`],
        ['Bodies', `inspected up to ${Math.round(body.inspectBytesMax / 1024)} KB`],
        ['Script policy', csp.mode],
        ['Learning', application.learning],
        ['Errors masked', onOff(application.maskErrors)],
        ['Declared', origin === 'config' ? 'in holdfast.yaml or on the command line' : 'by an operator'],
        [
          'Changed',
          <span key="changed">
            <Time at={updatedAt} /> by {updatedBy}, revision {revision}
          </span>,
        ],
      ]}
    />
  );
}
