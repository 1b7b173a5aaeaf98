import {
  alertDetailSchema,
  type ActionView,
  type AlertDetail,
  type AlertQuery,
  type AlertView,
  type EventRecord,
  type Page,
} from '@holdfast/contract';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Handler } from '../../../platform/bus/delivery.ts';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { Cases } from './cases.ts';
import { createCases } from './create-cases.ts';

export interface CasesStand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly keyring: Keyring;
  readonly metrics: Map<string, number>;
  /** What the watch has stored. */
  readonly alerts: Map<string, AlertDetail>;
  readonly actions: ActionView[];
  pseudonym(subject: string): string;
  open(): Cases;
  /** Nothing is stored any more. */
  clear(): Promise<void>;
}

/** For tests of incidents: a migrated database, keys of its own, and alerts that stand where the watch keeps its own. */
export async function openCasesStand(): Promise<CasesStand> {
  const platform = await openTestPlatform();
  platform.bus.start();
  await mkdir(join(platform.dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir: platform.dataDir });
  const metrics = new Map<string, number>();
  const alerts = new Map<string, AlertDetail>();
  const actions: ActionView[] = [];
  const key = (name: string, labels: readonly string[] = []): string => [name, ...labels].join(' ');
  // The bus knows a subscriber once, and these tests open incidents often: the newest is told.
  const handlers = new Map<string, Handler>();
  const subscribe: Bus['subscribe'] = (subscriber, type, handler) => {
    if (!handlers.has(type)) platform.bus.subscribe(subscriber, type, async (event) => handlers.get(type)?.(event));
    handlers.set(type, handler);
  };
  const pseudonym = (subject: string): string => keyring.hmac('subject', subject).slice(0, 32);
  return {
    platform,
    keyring,
    metrics,
    alerts,
    actions,
    pseudonym,
    open: () =>
      createCases({
        ...platform,
        bus: { ...platform.bus, subscribe },
        log: silentLog,
        keyring,
        node: 'test',
        metrics: {
          count: (name, labels, amount = 1) =>
            void metrics.set(key(name, labels), (metrics.get(key(name, labels)) ?? 0) + amount),
          set: (name, value, labels) => void metrics.set(key(name, labels), value),
        },
        pseudonym,
        recordsOf: async () => Promise.resolve([]),
        indexesOf: async (events) => Promise.resolve(indexesIn(platform.recorded, events)),
        ledgerSize: () => platform.recorded.length,
        hasApplication: async (id) => Promise.resolve(id === 'shop'),
        alerts: {
          list: async (query) => Promise.resolve(listed([...alerts.values()], query)),
          show: async (id) => {
            const alert = alerts.get(id);
            return alert === undefined ? Promise.reject(new Refusal('not-found')) : Promise.resolve(alert);
          },
        },
        actions: async (incident) =>
          Promise.resolve(actions.filter((action) => incident === null || action.incident === incident)),
        clocks: async () => Promise.resolve([]),
      }),
    async clear() {
      for (const table of ['incidents_case', 'incidents_seen']) await platform.db.query(`delete from ${table}`);
      await platform.db.query('update incidents_counter set value = 0');
      platform.recorded.length = 0;
      metrics.clear();
      alerts.clear();
      actions.length = 0;
    },
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

function listed(alerts: readonly AlertDetail[], { entity, since = 0, limit, cursor }: AlertQuery): Page<AlertView> {
  const fitting = alerts
    .filter(({ state }) => state === 'new' || state === 'acknowledged')
    .filter(({ createdAt }) => createdAt >= since)
    .filter(({ entities }) => entity === undefined || entities.some(({ value }) => value === entity))
    .toSorted((left, right) => (left.id < right.id ? 1 : -1))
    .filter(({ id }) => cursor === undefined || id < cursor);
  const items = fitting.slice(0, limit);
  return { items, next: fitting.length > limit ? (items.at(-1)?.id ?? null) : null };
}

function indexesIn(recorded: readonly EventRecord[], events: readonly { readonly event: string }[]): Map<string, number> {
  const wanted = new Set(events.map(({ event }) => event));
  return new Map(recorded.flatMap(({ id }, index) => (wanted.has(id) ? [[id, index] as const] : [])));
}

/** An alert as the watch tells it; everything can be said otherwise. */
export function alertOf(given: Partial<AlertDetail> & { readonly number: number; readonly address?: string }): AlertDetail {
  const { number, address = '203.0.113.9', ...rest } = given;
  const id = `01J8Z3K4M5N6P7Q8R9S0T${String(number).padStart(5, '0')}`;
  const entity = rest.entities?.[0] ?? { kind: 'address' as const, value: address };
  const time = rest.lastAt ?? Date.now();
  return alertDetailSchema.parse({
    id,
    state: 'new',
    verdict: null,
    kind: 'rule',
    detector: 'web-sqli',
    title: 'SQL injection',
    severity: 'medium',
    application: 'shop',
    entity,
    reason: `one request from ${entity.value}`,
    times: 1,
    firstAt: time,
    lastAt: time,
    createdAt: time,
    group: id,
    risk: 20,
    assignee: null,
    answered: [],
    revision: 1,
    entities: [entity],
    figures: {},
    attacks: [],
    evidence: [],
    events: 1,
    index: null,
    steps: [],
    related: [],
    ...rest,
  });
}
