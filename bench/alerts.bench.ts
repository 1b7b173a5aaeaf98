import { detectionSchema } from '@holdfast/contract';
import { openAlertsStand } from '../packages/server/src/domains/detection/alerts/test-alerts.ts';
import { median, report } from './report.ts';

const ALERTS = 86_400;
const ROUNDS = 21;
const BUDGET_MS = 100;

/** An alert a second for a day, all of them open: what the overview asks for each quarter of a minute. */
const stand = await openAlertsStand();
const now = stand.platform.clock.now();
await using alerts = stand.open();
// One as the watch makes it, then the others of it: what is sealed weighs as much as it does.
alerts.take([
  detectionSchema.parse({
    kind: 'rule',
    detector: 'bench',
    title: 'Path traversal',
    severity: 'medium',
    time: now,
    application: 'shop',
    entities: [{ kind: 'address', value: '203.0.113.9' }],
    reason: 'one request from 203.0.113.9',
    figures: {},
    attacks: [],
    evidence: [],
    events: 1,
    answers: [],
  }),
]);
await alerts.settle();
const columns = 'kind, detector, title, application, times, counted_at, revision, summary, details';
await stand.platform.db.query(
  `insert into detection_alert (id, state, severity, entity, group_id, first_at, last_at, created_at, ${columns})
   select 'x' || n, 'new', n % 5, 'e' || n, 'x' || n, $1::bigint - n * 1000, $1::bigint - n * 1000, $1::bigint - n * 1000, ${columns}
   from detection_alert, generate_series(1, ${ALERTS}) as n`,
  [now],
);
await alerts.tick();

const took: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const began = performance.now();
  await alerts.summary();
  took.push(performance.now() - began);
}
const { open, hours } = await alerts.summary();
const counted = Object.values(open).reduce((sum, count) => sum + count, 0);
const began = hours.reduce((sum, { alerts: count }) => sum + count, 0);
await stand[Symbol.asyncDispose]();
const [middle, most] = [median(took), Math.max(...took)];
report({
  name: 'alerts',
  budget: `the summary of ${ALERTS} open alerts of one day within ${BUDGET_MS} ms`,
  ok: most <= BUDGET_MS && counted === ALERTS + 1 && began > ALERTS * 0.9,
  results: { alerts: ALERTS, medianMs: Math.round(middle * 100) / 100, mostMs: Math.round(most * 100) / 100, counted, began },
});
