import type { CutOff, SystemStatus } from '@holdfast/contract';
import type { LeafBody } from '../command.ts';
import type { Paint } from '../terminal/paint.ts';
import { formatPairs, formatTable, formatTime } from '../terminal/table.ts';
import { placeText } from './isolation/words.ts';
import { describePromotion } from './tune-text.ts';

export const status: LeafBody = {
  examples: ['holdfast status', 'holdfast status --json'],
  async run(context) {
    await using api = await context.api({ onlineOnly: true });
    const data = await api.call<SystemStatus>({ method: 'GET', path: '/api/v1/system/status' });
    return { data, text: (paint) => describe(data, paint) };
  },
};

function describeCutOff({ since, by, expiresAt, ...place }: CutOff): string {
  const whose = since === null || by === null ? '' : ` since ${formatTime(since)} by ${by},`;
  const until = expiresAt === null ? 'until it is released' : `until ${formatTime(expiresAt)}`;
  return `${placeText(place)}${whose} ${until}: holdfast isolate list`;
}

function describe(data: SystemStatus, paint: Paint): string {
  const { reasons } = data.health;
  const serving = reasons.length === 0 ? paint.good('ready') : paint.warn(`ready, but ${reasons.join('; ')}`);
  const ready = data.health.ready ? serving : paint.warn(`not ready: ${reasons.join(', ')}`);
  const bypass =
    data.bypassUntil === null
      ? []
      : [['bypass', `ON until ${formatTime(data.bypassUntil)}: nothing is refused by rules, rates or bans`] as const];
  const pairs = formatPairs([
    ['holdfast', `${data.version}, node ${data.runtime}, since ${formatTime(data.startedAt)}`],
    ['node', data.node],
    ['data', data.dataDir],
    ...data.listeners.map(({ name, address }) => [name, address] as const),
    ['policy', data.snapshot === null ? 'none yet' : `version ${data.snapshot.version}, ${data.snapshot.digest.slice(0, 12)}`],
    ['ledger', data.ledger === null ? 'not open' : `${data.ledger.size} records, ${data.ledger.state}`],
    ...bypass,
    ...data.isolations.map((one) => ['cut off', describeCutOff(one)] as const),
  ]);
  const applications = formatTable(
    data.applications,
    [
      { title: 'APPLICATION', value: ({ id }) => id },
      { title: 'MODE', value: ({ mode }) => mode },
      { title: 'UPSTREAM', value: ({ upstream }) => upstream },
    ],
    'no application is protected yet: holdfast app add NAME --to URL',
  );
  const promotions = data.promotions.length === 0 ? '' : `\n${data.promotions.map(describePromotion).join('')}`;
  return `${ready}\n${pairs}\n${applications}${promotions}`;
}
