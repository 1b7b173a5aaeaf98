import { isIPv6 } from 'node:net';

/** Wrong tries that cost nothing but the try: typing errors, another keyboard, an old password. */
export const FREE_TRIES = 10;
const WAIT_FIRST_MS = 30_000;
const WAIT_MS_MAX = 3_600_000;
/** SP 800-63B-4 §3.2.2: not more than this many in a row. Then a known device, a reset or an operator has to help. */
export const TRIES_MAX = 100;
/** Without a wrong try for so long the count begins anew. */
export const QUIET_MS = 30 * 86_400_000;

/** Wrong tries of one network over all accounts: password spraying. A household or an office makes fewer. */
export const NETWORK_TRIES_MAX = 50;
export const NETWORK_WINDOW_MS = 900_000;

/** Wrong codes of one authenticator app until it pauses, whoever typed them. */
export const TOTP_TRIES = 10;
const TOTP_PAUSE_MS = 900_000;
const TOTP_PAUSE_MS_MAX = 86_400_000;

export interface Failures {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Milliseconds until the next try on this account (or from this known device) is taken; 0 = now. */
export function accountWaitMs({ count, lastAt }: Failures, now: number): number {
  if (count < FREE_TRIES) return 0;
  const wait = count >= TRIES_MAX ? QUIET_MS : Math.min(WAIT_MS_MAX, WAIT_FIRST_MS * 2 ** (count - FREE_TRIES));
  return remaining(lastAt, wait, now);
}

export function networkWaitMs({ count, firstAt }: Failures, now: number): number {
  return count < NETWORK_TRIES_MAX ? 0 : remaining(firstAt, NETWORK_WINDOW_MS, now);
}

/** Bounded from both sides: a clock that was set back must not make anybody wait longer than the rule says. */
const remaining = (from: number, wait: number, now: number): number => Math.min(wait, Math.max(0, from + wait - now));

/** How long the factor pauses after this many wrong codes in a row; null = it does not. */
export function totpPauseMs(failures: number): number | null {
  if (failures === 0 || failures % TOTP_TRIES !== 0) return null;
  if (failures >= TRIES_MAX) return QUIET_MS;
  return Math.min(TOTP_PAUSE_MS_MAX, TOTP_PAUSE_MS * 2 ** (failures / TOTP_TRIES - 1));
}

/** One client: an IPv4 address, or the /64 that a subscriber gets of IPv6 (RFC 6177). */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/iu, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('%', 1).join('').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/u, ''))
    .join(':');
}

export const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
