import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertDetail, IncidentDetail, TimelineEntry } from '@holdfast/contract';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { TextMessage } from '../../detection/index.ts';
import { INCIDENT, madeIncident } from '../made-incident.ts';
import type { Clocks } from './clocks.ts';
import type { ClocksParts } from './clock-parts.ts';
import { createClocks } from './create-clocks.ts';

export interface ClocksStand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly keyring: Keyring;
  readonly told: TextMessage[];
  readonly metrics: Map<string, number>;
  /** What the room of incidents answers. */
  readonly incidents: Map<string, IncidentDetail>;
  readonly timeline: TimelineEntry[];
  readonly alerts: Map<string, AlertDetail>;
  /** Another node, or a process after this one; closed by whoever opened it. */
  open(change?: Partial<ClocksParts>): Clocks;
  clear(): Promise<void>;
}

export async function openClocksStand(): Promise<ClocksStand> {
  const platform = await openTestPlatform();
  await mkdir(join(platform.dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir: platform.dataDir });
  const told: TextMessage[] = [];
  const metrics = new Map<string, number>();
  const incidents = new Map<string, IncidentDetail>();
  const timeline: TimelineEntry[] = [];
  const alerts = new Map<string, AlertDetail>();
  const show = async (word: string): Promise<IncidentDetail> => {
    const found = [...incidents.values()].find(({ id, number }) => id === word || String(number) === word);
    if (found === undefined) throw new Refusal('not-found');
    return Promise.resolve(found);
  };
  const cases = {
    show,
    timeline: async () => Promise.resolve(timeline),
    aware: async (id: string, awareAt: number) => {
      const found = await show(id);
      incidents.set(id, { ...found, awareAt: found.awareAt ?? awareAt });
    },
  };
  // Told once the change is made, as the letters of channels are.
  const channels: ReturnType<ClocksParts['channels']> = {
    tellTextIn: async (tx, text) => {
      tx.afterCommit(() => void told.push(text));
      return Promise.resolve(1);
    },
  };
  return {
    platform,
    keyring,
    told,
    metrics,
    incidents,
    timeline,
    alerts,
    open: (change = {}) =>
      createClocks({
        ...platform,
        log: silentLog,
        keyring,
        metrics: { set: (name, value, labels = []) => void metrics.set([name, ...labels].join(' '), value) },
        cases: () => cases,
        channels: () => channels,
        alert: async (id) => {
          const found = alerts.get(id);
          if (found === undefined) throw new Refusal('not-found');
          return Promise.resolve(found);
        },
        personalData: null,
        indexesOf: async (events) => {
          const wanted = new Set(events.map(({ event }) => event));
          const places = platform.recorded.flatMap(({ id }, index) => (wanted.has(id) ? [[id, index] as const] : []));
          return Promise.resolve(new Map(places));
        },
        link: (incident) => `https://localhost:8443/incidents/${incident}`,
        ...change,
      }),
    async clear() {
      for (const table of ['incident_clock', 'incident_clock_rule']) await platform.db.query(`delete from ${table}`);
      for (const list of [told, platform.recorded, timeline]) list.length = 0;
      for (const map of [metrics, incidents, alerts]) map.clear();
      incidents.set(INCIDENT, madeIncident());
    },
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}
