import { detectionSchema, type Detection, type EventRecord } from '@holdfast/contract';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openKeyring, type Keyring } from '../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { Alerts } from './alerts.ts';
import type { Answers } from './answers/answers.ts';
import { createAlerts } from './create-alerts.ts';

export interface AlertsStand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly keyring: Keyring;
  readonly metrics: Map<string, number>;
  open(answers?: Answers): Alerts;
  /** Nothing is stored any more. */
  clear(): Promise<void>;
}

const NO_ANSWERS: Answers = { carryOut: async () => Promise.resolve([]) };

/** For tests of alerts: a migrated database and keys of its own. */
export async function openAlertsStand(): Promise<AlertsStand> {
  const platform = await openTestPlatform();
  await mkdir(join(platform.dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir: platform.dataDir });
  const metrics = new Map<string, number>();
  const key = (name: string, labels: readonly string[] = []): string => [name, ...labels].join(' ');
  return {
    platform,
    keyring,
    metrics,
    open: (answers = NO_ANSWERS) =>
      createAlerts({
        ...platform,
        log: silentLog,
        keyring,
        metrics: {
          count: (name, labels, amount = 1) =>
            void metrics.set(key(name, labels), (metrics.get(key(name, labels)) ?? 0) + amount),
          set: (name, value, labels) => void metrics.set(key(name, labels), value),
        },
        pseudonym: (subject) => keyring.hmac('subject', subject).slice(0, 32),
        indexesOf: async (events) => Promise.resolve(indexesIn(platform.recorded, events)),
        keptDays: 90,
        answers: () => answers,
      }),
    async clear() {
      for (const table of ['detection_alert', 'detection_alert_tally', 'detection_risk', 'detection_suppression'])
        await platform.db.query(`delete from ${table}`);
      platform.recorded.length = 0;
      metrics.clear();
    },
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

function indexesIn(recorded: readonly EventRecord[], events: readonly { readonly event: string }[]): Map<string, number> {
  const wanted = new Set(events.map(({ event }) => event));
  return new Map(recorded.flatMap(({ id }, index) => (wanted.has(id) ? [[id, index] as const] : [])));
}

/** A detection as a behaviour or a rule gives it; everything can be said otherwise. */
export function detectionOf(
  given: Partial<Detection> & { readonly address?: string; readonly event?: EventRecord } = {},
): Detection {
  const { address = '203.0.113.9', event, ...rest } = given;
  const time = rest.time ?? event?.time ?? Date.now();
  return detectionSchema.parse({
    kind: 'rule',
    detector: 'web-path-traversal',
    title: 'Path traversal',
    severity: 'medium',
    time,
    application: 'shop',
    entities: [{ kind: 'address', value: address }],
    reason: `one request from ${address}`,
    figures: {},
    attacks: [],
    evidence: event === undefined ? [] : [evidenceOf(event)],
    events: 1,
    answers: [],
    ...rest,
  });
}

export const evidenceOf = ({ id, type, time, requestId, outcome }: EventRecord): Detection['evidence'][number] => ({
  event: id,
  type,
  time,
  requestId,
  outcome,
  summary: 'GET /index.php 200',
});
