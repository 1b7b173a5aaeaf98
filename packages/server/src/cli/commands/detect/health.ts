import type { WatchHealth } from '@holdfast/contract';
import type { Context, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Outcome } from '../../outcome.ts';
import { formatPairs, formatTime } from '../../terminal/table.ts';

export const health: Verb = {
  name: 'health',
  summary: 'whether the watch itself works',
  about:
    'Every quarter of an hour events are planted that the watch must find. Exit 1 when it does not judge events, or too late: requests are served all the same.',
  examples: ['holdfast detect health', 'holdfast detect health --json'],
  run: showHealth,
};

async function showHealth(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<WatchHealth>({ method: 'GET', path: '/api/v1/detection/health' });
  return { data: view, text: () => healthText(view), exit: view.state === 'watching' ? EXIT.ok : EXIT.findings };
}

/** Of threat intelligence: it takes the way over the gateways. */
const INDICATOR_WORDS: Readonly<Record<WatchHealth['canaries'][number]['outcome'], string>> = {
  seen: 'met by a gateway, and found',
  waiting: 'not met yet',
  missed: 'missed: gateways do not meet what is listed',
  idle: 'none: nothing is listed',
};

function healthText({ latencyMs, rules, canaries, sources, feeds, channels, ...view }: WatchHealth): string {
  const silent = sources.filter(({ isSilent }) => isSilent);
  const latency = latencyMs === null ? 'nothing was found lately' : `p50 ${latencyMs.p50} ms, p95 ${latencyMs.p95} ms`;
  const [last] = canaries.flatMap(({ seenAt }) => seenAt ?? []).toSorted((a, b) => b - a);
  const missed = canaries.filter(({ outcome }) => outcome === 'missed').map(({ name }) => name);
  return formatPairs([
    ['state', view.state],
    ['since', formatTime(view.since)],
    ['events', `${view.events}, ${view.eventsPerSecond} a second, ${view.dropped} not judged`],
    ['event to detection', latency],
    ['rules', `${rules.on} on, ${rules.test} in test, ${rules.off} off; ${rules.silent} silent, ${rules.idle} idle`],
    ['canaries', missed.length > 0 ? `missed: ${missed.join(', ')}` : `found, last ${formatTime(last ?? null)}`],
    ['planted indicator', INDICATOR_WORDS[canaries.find(({ name }) => name === 'indicator')?.outcome ?? 'idle']],
    ['silent sources', silent.map(({ application, type }) => `${type} of ${application ?? 'Holdfast'}`).join(', ') || 'none'],
    ['feeds', `${feeds.sources}, ${feeds.stale} stale`],
    ['channels', `${channels.working} working, ${channels.failing} failing, ${channels.waiting} waiting, ${channels.dead} dead`],
  ]);
}
