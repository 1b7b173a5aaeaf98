import { createHmac, timingSafeEqual } from 'node:crypto';

/** Header of a probe that shows whether an attack would be refused if what is cut off were not. */
export const RETEST_HEADER = 'x-holdfast-retest';
const HOLDS_MS = 30_000;
const FORM = /^\d{1,16}\.[0-9a-f]{64}$/u;

const markOf = (key: string, until: number): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(`isolation-retest ${until}`).digest('hex');

/** Only who has the key that gateways got in their snapshot can make one, and it is over soon. */
export function retestToken(key: string, now: number): string {
  const until = now + HOLDS_MS;
  return `${until}.${markOf(key, until)}`;
}

export function isRetestToken(token: string, key: string, now: number): boolean {
  if (token.length > 96 || !FORM.test(token)) return false;
  const [until = '', mark = ''] = token.split('.');
  const at = Number(until);
  if (at < now || at > now + HOLDS_MS) return false;
  return timingSafeEqual(Buffer.from(mark, 'hex'), Buffer.from(markOf(key, at), 'hex'));
}
