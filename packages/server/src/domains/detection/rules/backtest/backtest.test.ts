import type { EventRecord } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRefusal } from '../../../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../../../platform/test-platform.ts';
import { actor, asFiles, openRules, requestEvent, ruleText } from '../test-rules.ts';
import { BacktestRun } from './backtest-run.ts';

const [A, B] = ['a0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000002'];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const THREE = `title: Three\nid: ${B}\ncorrelation:\n  type: event_count\n  rules: [${A}]\n  group-by: [c-ip]\n  timespan: 5m\n  condition:\n    gte: 3\n`;

const probe = (time: number, more: Partial<EventRecord> = {}): EventRecord =>
  requestEvent({ path: '/x', query: 'q=probe', time, ...more });

describe('a run over the past', () => {
  const now = 1_790_000_000_000;
  const run = (text: string, wanted: string, events: readonly EventRecord[]) => {
    const judged = new BacktestRun({
      texts: [
        { file: 'a.yml', text: ruleText(A) },
        { file: 'b.yml', text },
      ],
      wanted: [wanted],
    });
    judged.take(events);
    return judged.finish();
  };

  it('counts matches, days, and alerts without repetitions; samples are the newest', () => {
    const times = [now, now - MINUTE_MS, now - 60 * MINUTE_MS, now - 2 * DAY_MS];
    const found = run('title: none', A, [...times.map((time) => probe(time)), requestEvent({ time: now - 3 * DAY_MS })]);
    expect(found).toMatchObject({ events: 5, matches: 4, alerts: 3, isFull: false });
    expect(found.days.map(({ matches }) => matches)).toEqual([1, 3]);
    expect(found.samples.map(({ time }) => time)).toEqual(times);
    expect(found.samples[0]).toMatchObject({ type: 'request.completed', summary: 'GET /x 200' });
  });

  it('runs correlations forward, though events come newest first, and counts them alone', () => {
    const near = [3, 2, 1].map((minutes) => probe(now - minutes * MINUTE_MS)).toReversed();
    const found = run(THREE, B, near);
    expect(found).toMatchObject({ events: 3, matches: 1, alerts: 1 });
    expect(found.samples[0]).toMatchObject({ type: 'correlation', summary: '3 events of c-ip 198.51.100.7' });
    expect(
      run(
        THREE,
        B,
        [30, 20, 10].map((minutes) => probe(now - minutes * MINUTE_MS)),
      ),
    ).toMatchObject({ matches: 0 });
  });

  it('has a bound for what it keeps, and says when it was reached', () => {
    const judged = new BacktestRun({ texts: [{ file: 'a.yml', text: ruleText(A) }], wanted: [A] });
    const many = Array.from({ length: 1000 }, (_, index) => probe(now - index));
    for (let page = 0; page < 60 && !judged.isFull; page += 1) judged.take(many);
    expect(judged.finish()).toMatchObject({ isFull: true, matches: 50_000, events: 50_000 });
  });
});

describe('a backtest', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openTestPlatform();
  }, 60_000);
  afterAll(async () => platform[Symbol.asyncDispose]());
  beforeEach(async () => {
    await platform.db.query('delete from detection_rule; delete from detection_text');
  });

  it(
    'of a stored rule asks only for events that it is for, page after page, and says what is not known',
    { timeout: 60_000 },
    async () => {
      const now = Date.now();
      const other = requestEvent({ type: 'secret.read', payload: {}, time: now - 5000 });
      const events = [...[1, 2, 3, 4, 5].map((seconds) => probe(now - seconds * 1000)), other];
      const { rules } = openRules(platform, { events });
      await rules.import({ files: asFiles(ruleText(A), THREE) }, actor);
      const found = await rules.backtest({ rule: A, days: 1 });
      expect(found).toMatchObject({ events: 5, matches: 5, alerts: 1, cut: false });
      expect(found.unknown).toEqual([
        'plain allowed requests are not stored (audit.requests is not all), so they were not judged',
      ]);
      expect(found.from).toBeLessThan(now - DAY_MS + MINUTE_MS);
      expect(await rules.backtest({ rule: B, days: 1 })).toMatchObject({ matches: 1 });
      await rules[Symbol.asyncDispose]();
    },
  );

  it(
    'of a text leaves out what an exception takes out, and of one that finds nothing says why',
    { timeout: 60_000 },
    async () => {
      const { rules } = openRules(platform, { events: [probe(Date.now() - 1000)] });
      await rules.import({ files: asFiles(ruleText(A)) }, actor);
      await rules.except(A, { where: [{ field: 'c-ip', value: '198.51.100.7' }], reason: 'a test' }, actor);
      expect(await rules.backtest({ rule: A })).toMatchObject({ matches: 0 });
      const foreign = ruleText(B).replace('category: webserver', 'product: windows');
      expect(await rules.backtest({ text: foreign })).toMatchObject({
        events: 0,
        unknown: ['no event that comes here has its log source'],
      });
      for (const text of ['title: none', 'a: [', '']) {
        const refused = await rules.backtest({ text }).catch((error: unknown) => error);
        expect(isRefusal(refused, 'input-invalid')).toBe(true);
      }
      await rules[Symbol.asyncDispose]();
    },
  );

  it('runs one at a time', { timeout: 60_000 }, async () => {
    const { rules } = openRules(platform, { events: [probe(Date.now() - 1000)] });
    const both = await Promise.allSettled([rules.backtest({ text: ruleText(A) }), rules.backtest({ text: ruleText(A) })]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await rules.backtest({ text: ruleText(A) })).toMatchObject({ matches: 1 });
    await rules[Symbol.asyncDispose]();
  });
});
