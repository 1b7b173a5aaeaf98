import type { Entity } from '@holdfast/contract';
import type { Facts } from './facts.ts';
import { lines, textOf, timeOf, TO_FILL_IN } from './markdown.ts';

/** Part of a notice: its words, and what of it a person still has to say. */
export interface Section {
  readonly title: string;
  readonly body: string;
  readonly missing: readonly string[];
}

const LISTED_MAX = 50;
const INDICATORS_MAX = 30;
const INDICATOR_KINDS: ReadonlySet<Entity['kind']> = new Set(['address', 'network', 'asn', 'indicator']);

const countOf = ({ entities }: Facts, kind: Entity['kind']): number => entities.filter((entity) => entity.kind === kind).length;

export function what({ incident, firstAt, lastAt, alerts }: Facts, title: string): Section {
  const seen = alerts
    .slice(0, LISTED_MAX)
    .map(({ title: name, firstAt: at, times }) => `${timeOf(at)}: ${textOf(name)} (${times}×)`);
  const cut = alerts.length < incident.alerts ? `\n\n${incident.alerts} alerts in all.` : '';
  const body = [
    `Incident ${incident.number}: ${textOf(incident.title)}.`,
    incident.summary === '' ? '' : textOf(incident.summary, 4000),
    `First seen ${timeOf(firstAt)}, last seen ${timeOf(lastAt)}, recorded as an incident ${timeOf(incident.openedAt)}.`,
    `Known as a breach since: ${incident.awareAt === null ? TO_FILL_IN : timeOf(incident.awareAt)}.`,
    incident.application === null ? '' : `Application: ${textOf(incident.application)}.`,
    `${lines(seen, 'No alert is linked to it.')}${cut}`,
    `Whether confidentiality, integrity or availability was lost: ${TO_FILL_IN}`,
  ];
  const missing = [
    'whether confidentiality, integrity or availability was lost',
    ...(incident.awareAt === null ? ['when somebody was aware of it'] : []),
  ];
  return { title, body: body.filter((one) => one !== '').join('\n\n'), missing };
}

/** Counts are of what was seen: whoever was not seen may be concerned all the same. */
export function whom(facts: Facts, title: string): Section {
  const { personal } = facts;
  const counted = [
    `Accounts seen: ${countOf(facts, 'user')}`,
    `Sessions seen: ${countOf(facts, 'session')}`,
    `Keys and tokens seen: ${countOf(facts, 'key')}`,
    `Addresses seen: ${countOf(facts, 'address')}`,
  ];
  const given: readonly (readonly [label: string, value: string | null, missing: string])[] = [
    ['Categories of data subjects', listed(personal?.people), 'categories of data subjects'],
    ['Approximate number of data subjects', numbered(personal?.subjects), 'approximate number of data subjects'],
    ['Categories of personal data records', listed(personal?.categories), 'categories of personal data records'],
    ['Approximate number of records', numbered(personal?.records), 'approximate number of personal data records'],
  ];
  const body = [
    lines(
      given.map(([label, value]) => `${label}: ${value ?? TO_FILL_IN}`),
      '',
    ),
    'Holdfast counted what it saw in the alerts of this incident; who was not seen can be concerned all the same:',
    lines(counted, ''),
    personal === null
      ? 'No inventory of personal data is connected.'
      : 'The figures above are of the inventory of personal data.',
  ];
  return { title, body: body.join('\n\n'), missing: given.flatMap(([, value, words]) => (value === null ? [words] : [])) };
}

const listed = (words: readonly string[] | undefined): string | null =>
  words === undefined || words.length === 0
    ? null
    : words
        .slice(0, LISTED_MAX)
        .map((one) => textOf(one))
        .join(', ');
const numbered = (count: number | null | undefined): string | null =>
  count === null || count === undefined ? null : `about ${count}`;

/** Each with the place of its record, so that it can be proved. */
export function measures({ timeline, incident }: Facts, title: string): Section {
  const done = timeline.filter(({ lane }) => lane === 'action' || lane === 'approval');
  const shown = done.slice(-LISTED_MAX).map(({ time, title: name, index }) => {
    const proof = index === null ? '' : ` (record ${index} of the ledger)`;
    return `${timeOf(time)}: ${textOf(name)}${proof}`;
  });
  const body = [
    lines(shown, 'Holdfast has done nothing about it yet.'),
    `Phase of the incident: ${incident.phase}; in force now: ${incident.effective}.`,
    `Measures outside of Holdfast, and those proposed: ${TO_FILL_IN}`,
  ];
  return { title, body: body.join('\n\n'), missing: ['measures outside of Holdfast, and those proposed'] };
}

export function toFillIn(title: string, hint: string, missing: string): Section {
  return { title, body: `${hint}\n\n${TO_FILL_IN}`.trim(), missing: [missing] };
}

export function delay({ clock, now, incident }: Facts, title: string): readonly Section[] {
  const dueAt = clock?.dueAt ?? null;
  if (dueAt === null || (clock?.settledAt ?? now) <= dueAt) return [];
  const hint = `It was due ${timeOf(dueAt)}, counted from ${timeOf(clock?.awareAt ?? incident.openedAt)}.`;
  return [toFillIn(title, hint, 'reasons for the delay')];
}

/** NIS2, Article 23(4)(a) and (b): cause, reach, indicators. */
export function suspicion({ alerts, incident }: Facts, title: string): Section {
  const attacks = [...new Set(alerts.flatMap((alert) => alert.attacks))]
    .slice(0, LISTED_MAX)
    .map((name) => textOf(name.toUpperCase()));
  const body = [
    `${incident.alerts} alerts are linked to it${attacks.length === 0 ? '' : `; techniques of MITRE ATT&amp;CK: ${attacks.join(', ')}`}.`,
    `Verdict: ${incident.verdict ?? 'none yet'}.`,
    `Suspected of being caused by unlawful or malicious acts: ${TO_FILL_IN}`,
    `Could have a cross-border impact: ${TO_FILL_IN}`,
  ];
  const missing = ['whether unlawful or malicious acts are suspected', 'whether it could have a cross-border impact'];
  return { title, body: body.join('\n\n'), missing };
}

export function severity(facts: Facts, title: string): Section {
  const { incident } = facts;
  const body = [
    `Severity as it is judged here: ${incident.severity}.`,
    lines([`Accounts seen: ${countOf(facts, 'user')}`, `Routes seen: ${countOf(facts, 'route')}`], ''),
    `Operational disruption, financial loss, damage to others: ${TO_FILL_IN}`,
  ];
  return { title, body: body.join('\n\n'), missing: ['operational disruption, financial loss, damage to others'] };
}

export function indicators({ entities }: Facts, title: string): Section {
  const found = entities.filter(({ kind }) => INDICATOR_KINDS.has(kind));
  const shown = found.slice(0, INDICATORS_MAX).map(({ kind, value }) => `${kind} ${textOf(value)}`);
  const more = found.length > INDICATORS_MAX ? `\n\n${found.length} in all.` : '';
  return { title, body: `${lines(shown, 'None was seen.')}${more}`, missing: [] };
}
