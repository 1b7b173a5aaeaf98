import type { SecretRef } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { KvStore } from './kv-store.ts';
import { viewOf } from './settings.ts';
import { walk } from './walk.ts';

/** Ages change by days: doctor and metrics do not walk through the server each time. */
const KEPT_MS = 300_000;
const SECRETS_MAX = 10_000;

/** Addresses of secrets that are older than they may be. Who asks in the same moment shares one walk. */
export function createAges(kv: Pick<KvStore, 'names' | 'facts'>, clock: Clock) {
  let known: { readonly at: number; readonly refs: readonly SecretRef[] } | null = null;
  let walking: Promise<readonly SecretRef[]> | null = null;

  const look = async (): Promise<readonly SecretRef[]> => {
    const at = clock.monotonicMs();
    const refs: SecretRef[] = [];
    let seen = 0;
    for await (const ref of walk(kv, {})) {
      seen += 1;
      if (seen > SECRETS_MAX)
        throw new Refusal('secrets-elsewhere', {
          detail: `Ages of more than ${SECRETS_MAX} secrets on another server are not looked at.`,
        });
      const facts = await kv.facts(ref);
      if (facts !== null && viewOf(ref, facts, { now: clock.now(), mayKnowCanary: false }).isOverdue) refs.push(ref);
    }
    known = { at, refs };
    return refs;
  };
  return async (isServerThere: boolean): Promise<readonly SecretRef[]> => {
    if (known !== null && isServerThere && clock.monotonicMs() - known.at < KEPT_MS) return known.refs;
    walking ??= look().finally(() => {
      walking = null;
    });
    return walking;
  };
}
