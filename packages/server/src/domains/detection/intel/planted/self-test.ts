import { intelEvents, type IntelSelfTest } from '@holdfast/contract';
import { setTimeout as wait } from 'node:timers/promises';
import type { Actor } from '../../../applications/index.ts';
import type { IntelParts } from '../intel-parts.ts';
import type { PlantedCanary } from './planted-canary.ts';
import type { TableInForce } from '../table-in-force.ts';

const PATIENCE_MS = 20_000;

export interface SelfTestParts extends Pick<IntelParts, 'bus' | 'clock' | 'patienceMs'> {
  readonly table: Pick<TableInForce, 'whilePlanted' | 'state'>;
  readonly canary: Pick<PlantedCanary, 'whenMet' | 'forget'>;
}

/** The whole way of an indicator: made into a table, named in a snapshot, loaded by a gateway, met there, told back and found. */
export async function runSelfTest(parts: SelfTestParts, actor: Actor): Promise<IntelSelfTest> {
  const { bus, clock, table, canary, patienceMs = PATIENCE_MS } = parts;
  const beganMs = clock.monotonicMs();
  const [host, isMet] = await table.whilePlanted(async () => {
    const planted = (await table.state())?.planted?.host ?? '';
    return [planted, await isMetWithin(canary, planted, patienceMs)] as const;
  });
  const outcome = isMet ? 'blocked' : 'missed';
  const tookMs = Math.max(0, Math.round(clock.monotonicMs() - beganMs));
  await bus.record(bus.newEvent(intelEvents.selfTested, { actor, payload: { outcome, tookMs } }));
  return { outcome, host, tookMs };
}

async function isMetWithin(canary: SelfTestParts['canary'], host: string, patienceMs: number): Promise<boolean> {
  const ended = new AbortController();
  try {
    return await Promise.race([
      canary.whenMet(host).then(() => true),
      wait(patienceMs, false, { signal: ended.signal, ref: false }).catch(() => false),
    ]);
  } finally {
    ended.abort();
    canary.forget(host);
  }
}
