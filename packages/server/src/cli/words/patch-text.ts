import type { PatchTest, PatchView } from '@holdfast/contract';
import { formatPairs, formatTable, formatTime } from '../terminal/table.ts';

/** `GET /search query q`. */
export function placeText({
  method,
  route,
  location,
  parameter,
}: Pick<PatchView, 'method' | 'route' | 'location' | 'parameter'>): string {
  const where = location === null ? '' : ` ${location} ${parameter ?? '(all)'}`;
  return `${method} ${route}${where}`;
}

export function matchText(match: PatchView['match']): string {
  switch (match.kind) {
    case 'attack':
      return `attack ${match.groups.join(' ')} from ${match.confidence}`;
    case 'absent':
      return 'must not be there';
    case 'deny':
      return 'closed';
    case 'constraint': {
      const { type, choices, lengthMax, characters, pattern } = match;
      const parts = [
        type,
        choices === undefined ? undefined : `one of ${choices.join(', ')}`,
        lengthMax === undefined ? undefined : `at most ${lengthMax}`,
        characters,
        pattern,
      ];
      return `must be ${parts.filter((part) => part !== undefined).join(', ')}`;
    }
    default:
      return match satisfies never;
  }
}

const hitsText = ({ hits: { recorded, blocked } }: PatchView): string => `${recorded} recorded, ${blocked} blocked`;

export function patchTable(patches: readonly PatchView[]): string {
  return formatTable(
    patches,
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'APP', value: ({ application }) => application },
      { title: 'WHERE', value: placeText },
      { title: 'STOPS', value: ({ match }) => matchText(match) },
      { title: 'HITS', value: hitsText },
      { title: 'UNTIL', value: ({ expiresAt }) => formatTime(expiresAt) },
      { title: 'FINDING', value: ({ finding }) => finding ?? '-' },
    ],
    'no patches',
  );
}

export function patchText(patch: PatchView): string {
  return formatPairs([
    ['id', patch.id],
    ['state', patch.state],
    ['application', patch.application],
    ['where', placeText(patch)],
    ['stops', matchText(patch.match)],
    ['finding', patch.finding ?? '-'],
    ['reason', patch.reason],
    ['hits', hitsText(patch)],
    ['last hit', formatTime(patch.hits.lastSeen)],
    ['until', formatTime(patch.expiresAt)],
    ['made', `${formatTime(patch.createdAt)} by ${patch.createdBy} (${patch.source})`],
    ['changed', `${formatTime(patch.changedAt)} by ${patch.changedBy}`],
    ['tested', patch.test === null ? 'never' : `${formatTime(patch.test.testedAt)}: ${patch.test.verdict}`],
  ]);
}

const VERDICTS: Readonly<Record<PatchTest['verdict'], string>> = {
  clear: 'nobody who belongs here would be touched above the cap',
  touches: 'it would touch people who belong here',
  unproven: 'there are honest requests at this place, and none of them could be judged',
};

export function testText(id: string, test: PatchTest): string {
  const { live, recent, stored, verdict } = test;
  const pairs = formatPairs([
    ['verdict', `${verdict}: ${VERDICTS[verdict]}`],
    [
      'met itself',
      `${live.honest} requests of ${live.clients} clients (${live.established} established), ${live.attacks} attacks`,
    ],
    [
      'recent',
      `${recent.touched} of ${recent.requests - recent.unjudged} judged requests, ${recent.clients} clients (${recent.established} established)`,
    ],
    [
      `${stored.days} days`,
      `${stored.touched} of ${stored.judged} judged requests, ${stored.clients} clients; ${stored.requests} honest requests in all`,
    ],
    ['established', `${test.touchedEstablished} touched of ${test.established}, cap ${test.cap}`],
  ]);
  const unknown = test.unknown.map((line) => `not known: ${line}\n`).join('');
  return `${pairs}${unknown}next: holdfast patch enforce ${id}\n`;
}
