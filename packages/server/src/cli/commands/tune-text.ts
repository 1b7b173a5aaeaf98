import type { PromotionView, Readiness, Simulation, TuningCard, TuningInbox, TuningSuggestion } from '@holdfast/contract';
import type { Paint } from '../terminal/paint.ts';
import { formatTable, formatTime, printable } from '../terminal/table.ts';

const percent = (share: number | null): string => (share === null ? '-' : `${Math.round(share * 100)} %`);
const some = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const placeText = ({ method, route, location, parameter }: TuningCard): string =>
  [method, route, location, parameter].filter((part) => part !== null && part !== '').join(' ');

/** Cards are lines of a table first, then the reasons and samples of each: people decide by those. */
export function describeCards(cards: readonly TuningCard[], paint: Paint): string {
  const table = formatTable(
    cards,
    [
      { title: 'CARD', value: ({ id }) => id },
      { title: 'APP', value: ({ application }) => application },
      { title: 'RULE', value: ({ rule }) => rule },
      { title: 'WHERE', value: placeText },
      {
        title: 'SEEN',
        value: ({ requests, blocked }) => (blocked === 0 ? String(requests) : `${requests} (${blocked} blocked)`),
      },
      { title: 'CLIENTS', value: ({ clients, establishedClients: of }) => `${clients} (${of} established)` },
      { title: 'ANSWERED', value: ({ answeredShare }) => percent(answeredShare) },
      { title: 'LOOKS LIKE', value: ({ verdict, sure }) => `${verdict} ${sure.toFixed(2)}` },
      { title: 'STATE', value: ({ state, until }) => (until === null ? state : `${state} until ${formatTime(until)}`) },
    ],
    'nothing here: no attack rule found anything that waits for you',
  );
  return `${table}${cards.map((card) => describeCard(card, paint)).join('')}`;
}

function describeCard(card: TuningCard, paint: Paint): string {
  const lines = [`${paint.bold(card.id)} ${printable(placeText(card))}`];
  lines.push(`  first ${formatTime(card.firstSeen)}, last ${formatTime(card.lastSeen)}, sure ${card.confidence.toFixed(2)}`);
  for (const sample of card.samples) lines.push(`  sample  ${printable(sample)}`);
  if (card.legitimateBecause.length > 0) lines.push(`  looks legitimate because ${card.legitimateBecause.join('; ')}`);
  if (card.attackBecause.length > 0) lines.push(`  looks like an attack because ${card.attackBecause.join('; ')}`);
  if (card.requestId !== null) lines.push(`  one of them: holdfast explain ${card.requestId}`);
  return `\n${lines.join('\n')}\n`;
}

export function describeReadiness({ application, mode, ready, lines }: Readiness, paint: Paint): string {
  if (mode === 'enforce') return `\n${application}: ${paint.good('enforces')}\n`;
  const verdict = ready ? paint.good('ready to enforce') : paint.warn('not ready to enforce');
  const rows = lines.map(({ name, passed, figure, next }) => {
    const mark = passed ? paint.good('ok') : paint.warn('--');
    return `  ${mark}  ${name.padEnd(9)}  ${figure}${passed ? '' : `: ${next}`}\n`;
  });
  return `\n${application}, mode ${mode}: ${verdict}\n${rows.join('')}`;
}

/** One line: what is blocked for whom, until when, or how it ended. */
export function describePromotion(view: PromotionView): string {
  const what = `${view.application}${view.group === null ? '' : ` ${view.group}`}`;
  const ended = `${formatTime(view.endedAt)}${view.state === 'rolled-back' ? ' by itself' : ''}: ${printable(view.why ?? '')}`;
  const told = {
    canary: `canary, ${view.share} % of the clients until ${formatTime(view.until)}`,
    full: `promoted, watched until ${formatTime(view.watchedUntil)}`,
    settled: `promoted ${formatTime(view.startedAt)}`,
    'rolled-back': `rolled back ${ended}`,
    undone: `undone ${ended}`,
  };
  return `${what}: ${told[view.state]}\n`;
}

export function describeInbox({ cards, more, dropped, readiness, promotions }: TuningInbox, paint: Paint): string {
  const rest = more === 0 ? '' : `\n${some(more, 'more card')} not shown: decide these first, or name one --app\n`;
  const promoted = promotions.length === 0 ? '' : `\n${promotions.map(describePromotion).join('')}`;
  const lost = dropped === 0 ? '' : `\n${some(dropped, 'observation')} found no room since the start\n`;
  return `${describeCards(cards, paint)}${rest}${lost}${readiness.map((one) => describeReadiness(one, paint)).join('')}${promoted}`;
}

export function describeSuggestions(suggestions: readonly TuningSuggestion[], more: number): string {
  if (suggestions.length === 0) return 'nothing to decide: the inbox is empty\n';
  const words = { except: 'EXCEPT', keep: 'KEEP', look: 'LOOK' } as const;
  const lines = suggestions.map(({ card, action, because }) => {
    const head = `${words[action].padEnd(6)}  ${card.id}  ${card.rule}  ${card.application} ${placeText(card)}  (${card.sure.toFixed(2)})`;
    return `${printable(head)}\n        ${printable(because)}\n`;
  });
  const next = [
    '\nmake an exception:  holdfast tune suggest --apply CARD --reason TEXT',
    'keep as an attack:  holdfast tune keep CARD, or --suggested for all that are marked KEEP',
    'try before:         holdfast tune simulate APP --mode enforce --exception CARD',
  ];
  return `${lines.join('')}${more === 0 ? '' : `${some(more, 'more card')} not shown\n`}${next.join('\n')}\n`;
}

export function describeSimulation(data: Simulation, paint: Paint): string {
  const { stopped, stoppedClients, touchedClients, touched, letThrough, requests, days } = data;
  const whom =
    touchedClients === 0
      ? paint.good('touched 0 established clients')
      : paint.bad(`touched ${some(touchedClients, 'established client')} (${some(touched, 'request')})`);
  const head = `${data.application}, last ${some(days, 'day')}, ${some(requests, 'request')}: would have stopped ${some(stopped, 'request')} from ${some(stoppedClients, 'client')}, ${whom}, and let ${letThrough} through that were found\n`;
  if (data.routes.length === 0) return head;
  return `${head}\n${formatTable(data.routes, [
    { title: 'CARD', value: ({ card }) => card },
    { title: 'ROUTE', value: ({ method, route }) => `${method} ${route}` },
    { title: 'RULE', value: ({ rule }) => rule },
    { title: 'STOPPED', value: (row) => String(row.stopped) },
    { title: 'CLIENTS', value: ({ clients }) => String(clients) },
    { title: 'ESTABLISHED', value: (row) => String(row.touchedClients) },
  ])}`;
}
