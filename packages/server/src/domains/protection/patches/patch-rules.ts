import type { PatchState, PatchTest } from '@holdfast/contract';
import type { Patch } from './patch-store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A test says how it was; later it may be otherwise. */
export const TEST_HOLDS_MS = HOUR_MS;
/** Long enough to repair the hole, or to decide that the patch stays. */
export const WARN_BEFORE_MS = 3 * DAY_MS;
const SHARE_MAX = 0.005;

export const isLive = (state: PatchState): boolean => state === 'detect' || state === 'enforce';

/** Established clients that a patch may touch: one may be a stranger behind an address that is known, and one in two hundred. */
export const capOf = (established: number): number => Math.max(1, Math.floor(established * SHARE_MAX));

/** What stands in the way of enforcing; nothing = it may be. */
export function whyNotEnforce({ test }: Pick<Patch, 'test'>, now: number): string[] {
  if (test === null) return ['it was never tested in this form'];
  const missing: string[] = [];
  if (now - test.testedAt > TEST_HOLDS_MS) missing.push('its last test is older than an hour');
  if (test.verdict === 'touches')
    missing.push(`it would touch ${test.touchedEstablished} established clients, more than its cap of ${test.cap}`);
  if (test.verdict === 'unproven') missing.push('there are honest requests at this place, and none of them could be judged');
  return missing;
}

type Figures = Omit<PatchTest, 'verdict'>;

/** Nobody came there: nothing is proved, and nobody is harmed. */
export function verdictOf({ touchedEstablished, cap, live, recent, stored }: Figures): PatchTest['verdict'] {
  if (touchedEstablished > cap) return 'touches';
  const judged = recent.requests - recent.unjudged + stored.judged + live.honest;
  const known = recent.requests + stored.requests;
  return judged === 0 && known > 0 ? 'unproven' : 'clear';
}

/** The same hole, closed in the same way. */
export function isSameRule(left: Patch, right: Pick<Patch, 'method' | 'route' | 'location' | 'parameter' | 'match'>): boolean {
  const form = ({ method, route, location, parameter, match }: typeof right): string =>
    JSON.stringify([method, route, location, parameter, Object.entries(match).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  return form(left) === form(right);
}
