import type { EventRecord, RuleImport, RuleView } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRefusal } from '../../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import type { BehaviourDefinition } from '../behaviours/behaviour.ts';
import { actor, asFiles, openRules, requestEvent, ruleText } from './test-rules.ts';
import type { Rules } from './rules.ts';

const [A, B, C] = [
  'a0000000-0000-4000-8000-000000000001',
  'b0000000-0000-4000-8000-000000000002',
  'c0000000-0000-4000-8000-000000000003',
];
const BY = { actor, reason: 'a test' };

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from detection_rule; delete from detection_text; delete from detection_behaviour');
  platform.recorded.length = 0;
});

const listed = async (rules: Rules, query: object = {}): Promise<readonly RuleView[]> =>
  (await rules.list({ limit: 50, ...query })).items;
const importing = async (rules: Rules, input: RuleImport) => rules.import(input, actor);
const recorded = (type: string): EventRecord[] => platform.recorded.filter((event) => event.type === type);
const codeOf = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run;
    return 'taken';
  } catch (error) {
    return isRefusal(error) ? error.code : String(error);
  }
};

describe('an import', () => {
  it('takes what can be used, in state test, and says of the rest what is wrong and where', async () => {
    const { rules, given } = openRules(platform);
    const broken = ruleText(B).replace('condition: asked', 'condition: asked and nobody');
    const told = await importing(rules, { files: asFiles(ruleText(A), broken) });
    expect(told).toMatchObject({ added: 1, refused: 1, rules: 1, unchanged: 0 });
    expect(told.diagnostics).toMatchObject([{ file: 'rules/1.yml', code: 'condition-identifier', severity: 'error', line: 14 }]);
    expect(await listed(rules)).toMatchObject([
      { id: A, state: 'test', origin: 'imported', severity: 'high', idle: null, hits: 0 },
    ]);
    await rules.tick();
    expect(given.at(-1)).toMatchObject([{ file: 'rules/0.yml', state: 'test' }]);
    expect(recorded('detection.rules-imported')).toMatchObject([{ actor, payload: { added: 1, refused: 1 } }]);
  });

  it('tried without keeping keeps nothing', async () => {
    const { rules } = openRules(platform);
    expect(await importing(rules, { files: asFiles(ruleText(A)), dryRun: true })).toMatchObject({ added: 1 });
    expect(await listed(rules)).toEqual([]);
    expect(platform.recorded).toEqual([]);
  });

  it('of a newer text takes its place and leaves the state that somebody set', async () => {
    const { rules } = openRules(platform);
    await importing(rules, { files: asFiles(ruleText(A)) });
    await rules.setState(A, 'on', BY);
    const told = await importing(rules, { files: asFiles(ruleText(A, { title: 'Newer' })) });
    expect(told).toMatchObject({ added: 0, changed: 1 });
    expect(await importing(rules, { files: asFiles(ruleText(A, { title: 'Newer' })) })).toMatchObject({ unchanged: 1 });
    expect(await listed(rules)).toMatchObject([{ title: 'Newer', state: 'on' }]);
  });

  it('does not take the id of one of our own rules, nor one id twice', async () => {
    const { rules } = openRules(platform, { own: [{ file: 'own/a.yml', text: ruleText(A) }] });
    await rules.start();
    const told = await importing(rules, { files: asFiles(ruleText(A, { word: 'other' }), ruleText(B), ruleText(B)) });
    expect(told).toMatchObject({ added: 1, refused: 2 });
    expect(told.diagnostics.map(({ code }) => code)).toEqual(['reference-duplicate', 'reference-duplicate']);
    expect((await rules.show(A)).text).toContain('probe');
  });

  it('a correlation may refer to a rule of an earlier import; without it, or while that is off, it says why it is idle', async () => {
    const { rules } = openRules(platform);
    const correlation = `title: Many\nid: ${B}\ncorrelation:\n  type: event_count\n  rules: [${A}]\n  group-by: [c-ip]\n  timespan: 5m\n  condition:\n    gte: 3\n`;
    const idle = async () => (await listed(rules, { kind: 'correlation' }))[0]?.idle;
    await importing(rules, { files: asFiles(correlation) });
    expect(await idle()).toBe(`it counts ${A}, which is not here`);
    await importing(rules, { files: [{ name: 'a.yml', text: ruleText(A) }] });
    expect(await idle()).toBeNull();
    await rules.setState(A, 'off', BY);
    expect(await idle()).toBe(`it counts ${A}, which is off`);
  });

  it('says of rules for events that never come here, or that wait for a value, that they are idle', async () => {
    const { rules } = openRules(platform);
    const windows = ruleText(A).replace('category: webserver', 'product: windows');
    const waiting = ruleText(B).replace('contains: probe', "expand: '%admins%'");
    await importing(rules, { files: asFiles(windows, waiting, ruleText(C)) });
    expect((await listed(rules)).map(({ id, idle }) => [id, idle])).toEqual([
      [A, 'no event that comes here is of product windows'],
      [B, 'it has a placeholder without a value'],
      [C, null],
    ]);
    expect(await rules.counts()).toEqual({ on: 0, test: 3, off: 0, silent: 1, idle: 2 });
    expect((await listed(rules, { silent: true })).map(({ id }) => id)).toEqual([C]);
  });
});

describe('our own rules', () => {
  const own = (word: string) => [{ file: 'own/a.yml', text: ruleText(A, { word }) }];

  it('are on from the first start; what an operator switched stays over a release that brings another text', async () => {
    const first = openRules(platform, { own: own('probe') });
    await first.rules.start();
    expect(first.given.at(-1)).toMatchObject([{ state: 'on' }]);
    await first.rules.setState(A, 'off', BY);
    const next = openRules(platform, { own: own('other') });
    await next.rules.start();
    expect(await next.rules.show(A)).toMatchObject({ state: 'off', reason: 'a test', origin: 'own' });
    expect((await next.rules.show(A)).text).toContain('other');
  });

  it('that a release no longer has are gone, and none can be removed by hand', async () => {
    const first = openRules(platform, { own: own('probe') });
    await first.rules.start();
    expect(await codeOf(first.rules.remove(A, BY))).toBe('conflict');
    const next = openRules(platform, { own: [] });
    await next.rules.start();
    expect(await listed(next.rules)).toEqual([]);
  });
});

describe('a state', () => {
  it('off needs a reason, is recorded, and reaches the watch of every node', async () => {
    const here = openRules(platform, { own: [{ file: 'own/a.yml', text: ruleText(A) }] });
    const there = openRules(platform, { own: [{ file: 'own/a.yml', text: ruleText(A) }] });
    await here.rules.start();
    await there.rules.start();
    expect(await codeOf(here.rules.setState(A, 'off', { actor, reason: null }))).toBe('input-invalid');
    await here.rules.setState(A, 'off', BY);
    await there.rules.tick();
    expect(there.given.at(-1)).toMatchObject([{ state: 'off' }]);
    expect(recorded('detection.rule-changed')).toMatchObject([{ payload: { rule: A, change: 'off', reason: 'a test' } }]);
    const before = there.given.length;
    await there.rules.tick();
    expect(there.given.length).toBe(before);
  });

  it('of an unknown rule cannot be set, and is in no list', async () => {
    const { rules } = openRules(platform);
    expect(await codeOf(rules.setState(A, 'on', BY))).toBe('not-found');
    expect(await codeOf(rules.show('__proto__'))).toBe('not-found');
  });
});

describe('hits', () => {
  it('are counted, also over two nodes, and begin anew with another state', async () => {
    const { rules, hit } = openRules(platform, { own: [{ file: 'own/a.yml', text: ruleText(A) }] });
    await rules.start();
    hit([{ detector: A, hits: 2, lastAt: 1000 }]);
    hit([
      { detector: A, hits: 3, lastAt: 900 },
      { detector: 'B2', hits: 1, lastAt: 5 },
      { detector: 'gone', hits: 1, lastAt: 5 },
    ]);
    await rules[Symbol.asyncDispose]();
    expect(await rules.show(A)).toMatchObject({ hits: 5, lastHitAt: 1000 });
    await rules.setState(A, 'test', BY);
    expect(await rules.show(A)).toMatchObject({ hits: 0, lastHitAt: null });
  });
});

describe('a list', () => {
  it('comes in pages and is narrowed by state, origin, severity and words that are no patterns', async () => {
    const { rules } = openRules(platform, { own: [{ file: 'own/c.yml', text: ruleText(C, { title: 'Third 100%' }) }] });
    await rules.start();
    await importing(rules, { files: asFiles(ruleText(A), ruleText(B)) });
    const first = await rules.list({ limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual([A, B]);
    expect((await rules.list({ limit: 2, cursor: first.next ?? '' })).items.map(({ id }) => id)).toEqual([C]);
    expect((await listed(rules, { origin: 'own' })).map(({ id }) => id)).toEqual([C]);
    expect((await listed(rules, { state: 'test' })).length).toBe(2);
    expect((await listed(rules, { q: '0%' })).map(({ id }) => id)).toEqual([C]);
    expect(await listed(rules, { q: 'Rule%' })).toEqual([]);
    expect(await listed(rules, { severity: 'low' })).toEqual([]);
  });
});

describe('an explanation', () => {
  const attack = requestEvent({ path: '/find', query: 'q=probe' });

  it('says of a recorded request why a rule matched it, and of another why not', async () => {
    const benign = requestEvent({ path: '/find', query: 'q=shoes', requestId: '7Q2KXW3M9ABD' });
    const { rules } = openRules(platform, { own: [{ file: 'own/a.yml', text: ruleText(A) }], events: [attack, benign] });
    await rules.start();
    expect(await rules.explain(A, '7Q2KXW3M9ABC')).toMatchObject({
      matches: true,
      routed: true,
      condition: 'asked (yes)',
      event: 'request.completed',
      items: [
        {
          identifier: 'asked',
          field: 'cs-uri-query',
          holds: true,
          decisive: true,
          line: 13,
        },
      ],
    });
    const missed = await rules.explain(A, '7Q2KXW3M9ABD');
    expect(missed).toMatchObject({ matches: false, routed: true, items: [{ holds: false, decisive: true }] });
    expect(missed.items[0]?.has).toContain('q=shoes');
    expect(await codeOf(rules.explain(A, '7Q2KXW3M9ABE'))).toBe('request-unknown');
  });

  it('of a rule for other events says that it is never asked', async () => {
    const { rules } = openRules(platform);
    const other = ruleText(A).replace('category: webserver', 'product: holdfast\n  service: secrets');
    await importing(rules, { files: asFiles(other) });
    expect(await rules.explainEvent(A, attack)).toMatchObject({ matches: false, routed: false });
  });
});

describe('an exception', () => {
  const attack = requestEvent({ path: '/find', query: 'q=probe' });

  it('takes exactly what it names out of a rule, and is undone by removing it', async () => {
    const { rules } = openRules(platform, { own: [{ file: 'own/a.yml', text: ruleText(A) }] });
    await rules.start();
    const where = [{ field: 'c-ip', value: '198.51.100.7' }];
    const filter = await rules.except(A, { where, reason: 'our own scanner' }, actor);
    expect(filter).toMatchObject({ kind: 'filter', state: 'on', origin: 'imported', idle: null });
    expect((await rules.show(A)).filters).toEqual([filter.id]);
    expect(await rules.explainEvent(A, attack)).toMatchObject({ matches: false });
    const other = requestEvent({ path: '/find', query: 'q=probe' });
    other.payload['address'] = '198.51.100.8';
    expect(await rules.explainEvent(A, other)).toMatchObject({ matches: true });
    await rules.remove(filter.id, BY);
    expect(await rules.explainEvent(A, attack)).toMatchObject({ matches: true });
    expect(recorded('detection.rule-changed').map(({ payload }) => payload['change'])).toEqual(['on', 'removed']);
  });

  it('takes a value as it is typed: no wildcard, and no YAML', async () => {
    const { rules } = openRules(platform, { own: [{ file: 'own/a.yml', text: ruleText(A) }] });
    await rules.start();
    await rules.except(A, { where: [{ field: 'c-ip', value: '198.51.*' }], reason: 'a mistake' }, actor);
    await rules.except(A, { where: [{ field: 'c-ip', value: '"\n  condition: "excepted' }], reason: 'a mistake' }, actor);
    expect(await rules.explainEvent(A, attack)).toMatchObject({ matches: true });
    const twice = [
      { field: 'c-ip', value: '1' },
      { field: 'c-ip', value: '2' },
    ];
    expect(await codeOf(rules.except(A, { where: twice, reason: 'a mistake' }, actor))).toBe('input-invalid');
    await rules.except(A, { where: [{ field: 'c-ip|cidr', value: '198.51.100.0/24' }], reason: 'ours' }, actor);
    expect(await rules.explainEvent(A, attack)).toMatchObject({ matches: false });
  });
});

describe('a behaviour', () => {
  const definition: BehaviourDefinition = {
    id: 'B2',
    title: 'Spray',
    summary: 'Many accounts, few tries.',
    severity: 'high',
    types: [],
    learningDays: 0,
    thresholds: [
      {
        name: 'accounts',
        fallback: 30,
        unit: 'accounts',
        min: 2,
        max: 1e3,
        detail: 'how many',
      },
    ],
    create: () => {
      throw new Error('assertion: nothing runs here');
    },
  };

  it('is set within its bounds, given to the watch, and shown with what it is by default', async () => {
    const { rules, settings } = openRules(platform, { definitions: [definition] });
    await rules.start();
    expect(settings.at(-1)).toEqual([{ id: 'B2', state: 'on', thresholds: {} }]);
    const view = await rules.setBehaviour('B2', { thresholds: { accounts: 50 } }, BY);
    expect(view).toMatchObject({ state: 'on', thresholds: [{ name: 'accounts', value: 50, fallback: 30 }] });
    await rules.tick();
    expect(settings.at(-1)).toEqual([{ id: 'B2', state: 'on', thresholds: { accounts: 50 } }]);
    for (const thresholds of [{ accounts: 1 }, { accounts: 1001 }, { unknown: 3 }])
      expect(await codeOf(rules.setBehaviour('B2', { thresholds }, BY))).toBe('input-invalid');
    expect(await codeOf(rules.setBehaviour('B2', { state: 'off' }, { actor, reason: null }))).toBe('input-invalid');
    expect(await codeOf(rules.setBehaviour('B1', { state: 'off' }, BY))).toBe('not-found');
    expect(await rules.setBehaviour('B2', { state: 'off' }, BY)).toMatchObject({ state: 'off' });
    expect(recorded('detection.rule-changed').map(({ payload }) => payload['change'])).toEqual(['thresholds', 'off']);
  });
});
