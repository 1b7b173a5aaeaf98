import { WINDOW_MS, type Sighting } from './session-use.ts';

const TURN_MS = 60_000;

/** What says that a session is in two hands. */
export interface Signs {
  readonly names: readonly SignName[];
  /** How often it went from one network to another within a minute. */
  readonly switches: number;
}

const POINTS = {
  'another network': 25,
  'another country': 25,
  'another TLS client': 30,
  'another browser': 30,
  'used in turn': 30,
} as const;
type SignName = keyof typeof POINTS;

export const scoreOf = ({ names }: Signs): number => names.reduce((sum, name) => sum + POINTS[name], 0);

/**
 * What is other now than in the last minutes. A client counts as another only where it comes from another address: an app that
 * holds a browser uses one session with two clients at one address, and both move together.
 */
export function signsOf(use: Sighting, uses: readonly Sighting[]): Signs {
  const recent = uses.filter(({ time }) => Math.abs(use.time - time) <= WINDOW_MS);
  const elsewhere = recent.filter(({ address }) => address !== use.address);
  const names: SignName[] = [];
  if (recent.some(({ carrier }) => carrier !== use.carrier)) names.push('another network');
  if (recent.some(({ country }) => country !== null && use.country !== null && country !== use.country))
    names.push('another country');
  if (
    isOther(
      use.tlsKey,
      elsewhere.map(({ tlsKey }) => tlsKey),
    )
  )
    names.push('another TLS client');
  if (
    isOther(
      use.agent,
      elsewhere.map(({ agent }) => agent),
    )
  )
    names.push('another browser');
  const switches = switchesOf(use, recent);
  // Two switches are a phone at the edge of its wifi; that many with another sign, or more, are two parties.
  if (switches >= 3 || (switches === 2 && names.some((name) => name !== 'another network'))) names.push('used in turn');
  return { names, switches };
}

/** Not known says nothing on either side. */
function isOther(value: string | null, others: readonly (string | null)[]): boolean {
  const known = others.filter((other) => other !== null);
  return value !== null && known.length > 0 && !known.includes(value);
}

function switchesOf(use: Sighting, recent: readonly Sighting[]): number {
  const lately = [...recent.filter(({ time }) => Math.abs(use.time - time) <= TURN_MS), use];
  const ordered = lately.toSorted((left, right) => left.time - right.time);
  return ordered.filter(({ carrier }, at) => at > 0 && carrier !== ordered[at - 1]?.carrier).length;
}
