import type { Clock } from '../../platform/clock.ts';
import { isRetestToken, RETEST_HEADER } from '../../platform/retest-token.ts';
import { ON, type Exchange, type Refused, type Step, type StepResult } from '../exchange.ts';
import { findIsolation, refuseIsolated, type IsolationView } from '../isolation/weigh-isolation.ts';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';

const PROBED: Refused = { kind: 'refused', code: 'isolated', reason: 'isolated.retest' };

/** What is cut off: refused before anything of it is read, so that it costs nothing further. */
export const isolate = (clock: Clock): Step => ({
  name: 'isolate',
  onFailure: 'block',
  run(exchange) {
    const { snapshot } = exchange;
    if (snapshot.isolations.parts.size === 0) return ON;
    const result = weigh(exchange, { snapshot, now: clock.now(), hasFields: false });
    return result !== ON && isRetest(exchange, clock.now()) ? ON : result;
  },
});

/**
 * Once more when the fields are known: one of them may name another method than the request has. A probe of our own, which shows what
 * inspection and patches say of an attack, ends here: it never reaches the application.
 */
export const isolateFields = (clock: Clock): Step => ({
  name: 'isolate-fields',
  onFailure: 'block',
  run(exchange) {
    const { snapshot } = exchange;
    // Also where nothing is cut off any more: it may have ended while the probe was under way.
    if (isRetest(exchange, clock.now())) return PROBED;
    return snapshot.isolations.parts.size === 0 ? ON : weigh(exchange, { snapshot, now: clock.now(), hasFields: true });
  },
});

/**
 * The last look before the application, by what is cut off now: whoever held back a body, or waited for a scanner or an answer of ours,
 * is judged by a snapshot of before. That would be a way to write into what is only read by now.
 */
export const isolateLate = (clock: Clock, current: () => CompiledSnapshot): Step => ({
  name: 'isolate-late',
  onFailure: 'block',
  run(exchange) {
    const snapshot = current();
    if (snapshot === exchange.snapshot || snapshot.isolations.parts.size === 0) return ON;
    return weigh(exchange, { snapshot, now: clock.now(), hasFields: true });
  },
});

function weigh(exchange: Exchange, view: IsolationView): StepResult {
  const found = findIsolation(exchange, view);
  return found === null ? ON : refuseIsolated(found, view.now);
}

function isRetest({ head, snapshot }: Exchange, now: number): boolean {
  const { visitorKey } = snapshot.source;
  const token = visitorKey === null ? undefined : head.headers.find(([name]) => name === RETEST_HEADER)?.[1];
  return visitorKey !== null && token !== undefined && isRetestToken(token, visitorKey, now);
}
