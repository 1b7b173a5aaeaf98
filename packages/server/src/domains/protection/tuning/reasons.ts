import type { TuningCard } from '@holdfast/contract';

/** A client that was found at this many different places in the time looks around rather than works. */
export const SCAN_PLACES_MIN = 4;
const LEAD_MIN = 1.5;
const SURE_MAX = 0.99;

/** What is known of one card, over all its requests. */
export interface CardFacts {
  readonly requests: number;
  readonly clients: number;
  readonly establishedClients: number;
  /** Share of the requests that came from clients found at {@link SCAN_PLACES_MIN} places or more. */
  readonly scanShare: number;
  readonly answeredShare: number | null;
  readonly confidence: number;
  readonly context: TuningCard['context'];
  /** Different days (UTC). */
  readonly days: number;
  readonly spanMs: number;
  /** All requests to the route in the same time, and how many of those were clean. */
  readonly routeRequests: number;
  readonly routeClean: number;
}

interface Reason {
  readonly weight: number;
  readonly words: string;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const some = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

type Rule = (facts: CardFacts) => Reason | null;
const when = (holds: boolean, weight: number, words: string): Reason | null => (holds ? { weight, words } : null);

const LEGITIMATE: readonly Rule[] = [
  ({ establishedClients: count }) => when(count >= 3, 3, `${some(count, 'established client')} do it`),
  ({ establishedClients: count }) =>
    when(count > 0 && count < 3, 1.5, `${some(count, 'established client')} ${count === 1 ? 'does' : 'do'} it`),
  ({ establishedClients, clients }) =>
    when(clients >= 2 && establishedClients * 2 >= clients, 1, 'most clients that do it are established'),
  ({ answeredShare, clients }) =>
    when(
      clients >= 3 && answeredShare !== null && answeredShare >= 0.9,
      1,
      `the application answered ${percent(answeredShare ?? 0)} of them well`,
    ),
  ({ days, clients, scanShare }) =>
    when(clients >= 3 && days >= 3 && scanShare < 0.5, 1, `it comes from ${some(clients, 'client')} on ${days} different days`),
  ({ requests, routeRequests }) =>
    when(
      routeRequests >= 20 && requests * 5 >= routeRequests,
      1.5,
      `${requests} of ${routeRequests} requests to this route are like it`,
    ),
  ({ context }) =>
    when(context === 'free-text' || context === 'html' || context === 'search', 1, `people write freely in this field`),
];

const ATTACK: readonly Rule[] = [
  ({ establishedClients }) => when(establishedClients === 0, 1, 'no established client does it'),
  ({ scanShare }) => when(scanShare >= 0.5, 3, `${percent(scanShare)} come from clients that were found at many other places`),
  ({ confidence }) => when(confidence >= 0.97, 1, `the evidence leaves little doubt (${confidence.toFixed(2)})`),
  ({ answeredShare }) =>
    when(answeredShare !== null && answeredShare <= 0.2, 1.5, 'the application answered most of them with an error'),
  ({ requests, routeRequests }) =>
    when(
      routeRequests >= 200 && requests * 100 < routeRequests,
      1,
      `only ${requests} of ${routeRequests} requests to this route are like it`,
    ),
  ({ clients, requests, spanMs }) =>
    when(clients === 1 && requests >= 20 && spanMs < 3_600_000, 1, `one client sent ${requests} of them within an hour`),
  ({ routeClean, routeRequests }) =>
    when(routeRequests >= 3 && routeClean === 0, 1.5, 'nobody uses this route for anything else'),
];

const collect = (rules: readonly Rule[], facts: CardFacts): Reason[] =>
  rules.map((rule) => rule(facts)).filter((reason) => reason !== null);
const weightOf = (reasons: readonly Reason[]): number => reasons.reduce((sum, { weight }) => sum + weight, 0);
const wordsOf = (reasons: readonly Reason[]): string[] =>
  reasons.toSorted((left, right) => right.weight - left.weight).map(({ words }) => words);

/**
 * Whether a card looks like people's work or like an attack, and why, in words. Advice: anybody can send twenty clean
 * requests first, so a person reads the reasons before an exception is made.
 */
export function weighCard(facts: CardFacts): Pick<TuningCard, 'verdict' | 'sure' | 'legitimateBecause' | 'attackBecause'> {
  const legitimate = collect(LEGITIMATE, facts);
  const attack = collect(ATTACK, facts);
  const lead = weightOf(legitimate) - weightOf(attack);
  const verdict = lead >= LEAD_MIN ? 'legitimate' : lead <= -LEAD_MIN ? 'attack' : 'unsure';
  const sure = Math.min(SURE_MAX, Math.round(100 / (1 + Math.exp(-Math.abs(lead)))) / 100);
  return { verdict, sure, legitimateBecause: wordsOf(legitimate), attackBecause: wordsOf(attack) };
}
