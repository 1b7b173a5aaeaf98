import type { AlertDetail, Entity } from '@holdfast/contract';

/** What of an alert is told: its life and its relatives are looked up where it is. */
export type ToldAlert = Omit<AlertDetail, 'steps' | 'related'> & {
  /** Words for people instead of an alert, with a page of their own. */
  readonly plain?: { readonly link: string | null };
};

/** One alert on its way to a channel. */
export interface Message {
  /** The same for each try, so that whoever gets it twice can tell. */
  readonly id: string;
  readonly alert: ToldAlert;
  readonly isTest: boolean;
  /** Of the page that shows it; null = there is none. */
  readonly link: string | null;
  /** When it is sent, milliseconds since the epoch. */
  readonly now: number;
}

export function toTold({ steps: _steps, related: _related, ...told }: AlertDetail): ToldAlert {
  return told;
}

// oxlint-disable-next-line no-control-regex -- that is what is taken out
const CONTROLS = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;

/** Texts come from visitors: nothing in them begins a new line, or turns the direction of what follows. */
export const onOneLine = (text: string): string => text.replace(CONTROLS, ' ').trim();

const entityText = ({ kind, value }: Entity): string => `${kind} ${onOneLine(value)}`;

export function titleOf({ alert, isTest }: Message): string {
  return `${isTest ? 'TEST: ' : ''}[${alert.severity}] ${onOneLine(alert.title)}`;
}

/** For people: label and text, without markup. */
export function factsOf({ alert, link }: Message): readonly (readonly [label: string, text: string])[] {
  if (alert.plain !== undefined) return plainFacts(alert, link);
  const { entity, entities, reason, times, application, attacks, firstAt, lastAt } = alert;
  const others = entities.filter(({ kind, value }) => kind !== entity.kind || value !== entity.value).slice(0, 5);
  const at = (time: number): string => new Date(time).toISOString();
  return [
    ['What', onOneLine(reason)],
    ['About', entityText(entity)],
    ...(others.length === 0 ? [] : [['Also', others.map(entityText).join(', ')] as const]),
    ...(application === null ? [] : [['Application', application] as const]),
    ['Seen', times === 1 ? at(lastAt) : `${times} times, ${at(firstAt)} to ${at(lastAt)}`],
    ['Found by', `${alert.kind} ${onOneLine(alert.detector)}`],
    ...(attacks.length === 0 ? [] : [['ATT&CK', attacks.map(onOneLine).join(', ')] as const]),
    ...alert.answered.slice(0, 5).map((one) => ['Done', `${one.answer} ${entityText(one.entity)}: ${one.outcome}`] as const),
    ...(link === null ? [] : [['Look', link] as const]),
  ];
}

function plainFacts({ reason, application, createdAt }: ToldAlert, link: string | null): ReturnType<typeof factsOf> {
  return [
    ['What', onOneLine(reason)],
    ...(application === null ? [] : [['Application', application] as const]),
    ['At', new Date(createdAt).toISOString()],
    ...(link === null ? [] : [['Look', link] as const]),
  ];
}
