import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import { splitCookies } from '../sessions/own-cookies.ts';

/**
 * Takes our cookies out of the request before anything reads it: no rule, no record and no application ever sees a session
 * token, also where sign-in was turned off since.
 */
export const sessionCookie: Step = {
  name: 'session-cookie',
  onFailure: 'block',
  run(exchange) {
    const { head, connection } = exchange;
    // The gate has put all cookies into one last field.
    const last = head.headers.at(-1);
    if (last === undefined || last[0] !== 'cookie') return ON;
    const split = splitCookies(last[1], connection.secure);
    if (split === null) return ON;
    const others = head.headers.slice(0, -1);
    exchange.head = { ...head, headers: split.rest === '' ? others : [...others, ['cookie', split.rest]] };
    exchange.ownCookies = split.own;
    exchange.sessionHash = split.sessionHash;
    return ON;
  },
};
