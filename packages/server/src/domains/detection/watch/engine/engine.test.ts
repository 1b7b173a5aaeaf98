import type { Detection, EventRecord } from '@holdfast/contract';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BehaviourDefinition } from '../../behaviours/behaviour.ts';
import { CANARIES } from '../canary-events.ts';
import { ownEvent, requestEvent } from '../testing/test-events.ts';
import type { RuleText } from '../watch.ts';
import { Engine } from './engine.ts';

const T0 = 1_700_000_000_000;
const MINUTE = 60_000;
const noBreath = async (): Promise<void> => {};

const TRAVERSAL = `
title: Path traversal
id: own-path-traversal
level: high
tags: [attack.initial-access, attack.t1190]
logsource: { category: webserver }
detection:
  sel: { 'cs-uri-query|contains': '../..' }
  condition: sel
`;
const CHAIN = `
title: Failed sign-in
id: failed
logsource: { product: holdfast, service: identity }
detection: { sel: { type: identity.sign-in-refused }, condition: sel }
---
title: Signed in
id: signed-in
logsource: { product: holdfast, service: identity }
detection: { sel: { type: identity.signed-in }, condition: sel }
---
title: Many failures
id: many
correlation: { type: event_count, rules: [failed], group-by: [payload.person], timespan: 10m, condition: { gte: 10 } }
---
title: Guessed at last
id: guessed
level: high
correlation: { type: temporal_ordered, rules: [many, signed-in], group-by: [payload.person], timespan: 10m }
`;

const on = (text: string, file = 'own.yml'): RuleText => ({ file, text, state: 'on' });

function engineOf(definitions: readonly BehaviourDefinition[] = [], now = (): number => T0): Engine {
  return new Engine({
    definitions,
    places: { find: () => null },
    now,
    isExempt: () => false,
    onFault(detector, cause) {
      throw new Error(`${detector} failed`, { cause });
    },
  });
}

async function ruled(...texts: readonly RuleText[]): Promise<Engine> {
  const engine = engineOf([], () => T0 + MINUTE);
  await engine.setRules(texts, noBreath);
  return engine;
}

/** Ten wrong passwords of one person and then a right one, five seconds apart. */
const guessing = (person: string): EventRecord[] => [
  ...Array.from({ length: 10 }, (_, index) =>
    ownEvent('identity.sign-in-refused', { person, cause: 'wrong' }, T0 + index * 5000),
  ),
  ownEvent('identity.signed-in', { person, address: '192.0.2.9' }, T0 + 50_000),
];

describe('rules', () => {
  test('find an encoded path traversal, with what was sent and what it means', async () => {
    const engine = await ruled(on(TRAVERSAL));
    const event = requestEvent({ path: '/index.php', query: 'x=..%2f..%2fetc/passwd', status: 404 });
    const [found, ...more] = engine.observe([event]).detections;
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      kind: 'rule',
      detector: 'own-path-traversal',
      severity: 'high',
      attacks: ['t1190'],
      application: 'shop',
      entities: [{ kind: 'address', value: '192.0.2.7' }, { kind: 'route' }, { kind: 'application', value: 'shop' }],
      figures: { raw: '/index.php?x=..%2f..%2fetc/passwd', decoded: '/index.php?x=../../etc/passwd' },
      evidence: [{ event: event.id, summary: 'GET /index.php?x=..%2f..%2fetc/passwd (/index.php?x=../../etc/passwd) 404' }],
    });
    expect(engine.observe([requestEvent({ path: '/index.php', query: 'x=..%2fetc' })]).detections).toEqual([]);
  });

  test('of state test count and tell nothing; of state off are not there', async () => {
    const event = requestEvent({ query: 'x=../../a' });
    const trying = await ruled({ ...on(TRAVERSAL), state: 'test' });
    expect(trying.observe([event, event]).detections).toEqual([]);
    expect(trying.takeHits()).toEqual([{ detector: 'own-path-traversal', hits: 2, lastAt: event.time }]);
    const none = await ruled({ ...on(TRAVERSAL), state: 'off' });
    none.observe([event]);
    expect(none.takeHits()).toEqual([]);
  });

  test('that cannot be read are told with file and line, and the others are used', async () => {
    const engine = engineOf();
    const read = await engine.setRules([on(TRAVERSAL), on('title: x\nlogsource: {}\n', 'bad.yml')], noBreath);
    expect(read.diagnostics).toContainEqual(expect.objectContaining({ file: 'bad.yml', severity: 'error', line: 1 }));
    expect(engine.observe([requestEvent({ query: '../../' })]).detections).toHaveLength(1);
  });

  test('do not find their own alerts', async () => {
    const engine = await ruled(
      on('title: all\nid: all\nlogsource: { product: holdfast }\ndetection: { sel: { outcome: ok }, condition: sel }\n'),
    );
    const detections = (type: string): readonly Detection[] => engine.observe([ownEvent(type, {})]).detections;
    expect(detections('alert.opened')).toEqual([]);
    expect(detections('channel.failed')).toEqual([]);
    expect(detections('ban.added')).toHaveLength(1);
  });

  test('that match a flood make two detections a second, with all events counted', async () => {
    const engine = await ruled(on(TRAVERSAL));
    const flood = Array.from({ length: 500 }, () => requestEvent({ query: '../../' }));
    expect(engine.observe(flood).detections).toHaveLength(1);
    const [folded, ...more] = engine.tick();
    expect(more).toEqual([]);
    expect(folded?.events).toBe(499);
    expect(folded?.evidence).toHaveLength(100);
  });
});

describe('correlations', () => {
  test('find a chain once, with the events of its window', async () => {
    const engine = await ruled(on(CHAIN));
    const { detections } = engine.observe(guessing('p1'));
    expect(detections.map(({ detector, entities: [first] }) => [detector, first])).toEqual([
      ['guessed', { kind: 'user', value: 'p1' }],
    ]);
    expect(detections[0]?.evidence).toHaveLength(11);
    const few = await ruled(on(CHAIN));
    expect(few.observe(guessing('p1').slice(1)).detections).toEqual([]);
    const others = await ruled(on(CHAIN));
    expect(others.observe([...guessing('p1').slice(0, 10), ...guessing('p2').slice(10)]).detections).toEqual([]);
  });

  test('show what they counted', async () => {
    const alone = CHAIN.split('---').slice(0, 3).join('---');
    const engine = await ruled(on(alone));
    const events = guessing('p1');
    const [found] = engine.observe(events).detections;
    expect(found?.evidence.map(({ event }) => event)).toEqual(events.slice(0, 10).map(({ id }) => id));
    expect(found?.reason).toBe('Many failures: 10 events within 10 min, payload.person p1');
  });

  test('go on over a restart, in any order within two minutes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        fc.shuffledSubarray([...Array.from({ length: 10 }).keys()], { minLength: 10 }),
        async (cut, order) => {
          const [events, last] = [guessing('p1'), guessing('p1').slice(10)];
          const mixed = order.map((index) => events[index] as EventRecord);
          const before = await ruled(on(CHAIN));
          const found = [...before.observe(mixed.slice(0, cut)).detections];
          const kept: unknown = JSON.parse(JSON.stringify(before.save()));
          const after = engineOf([], () => T0 + MINUTE);
          after.load(kept);
          await after.setRules([on(CHAIN)], noBreath);
          found.push(...after.observe([...mixed.slice(cut), ...last]).detections, ...after.tick());
          return found.length === 1;
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a swap', () => {
  const named = (id: string): RuleText =>
    on(`title: ${id}\nid: ${id}\nlogsource: { category: webserver }\ndetection: { sel: { cs-method: GET }, condition: sel }\n`);

  test('loses no event and gives none to two sets of rules', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), async (batches) => {
        const engine = await ruled(named('set-0'));
        let sent = 0;
        const send = (): void => {
          const events = Array.from({ length: batches[sent % batches.length] ?? 1 }, () => requestEvent());
          engine.observe(events);
          sent += events.length;
        };
        for (const set of batches.keys()) {
          send();
          // Events come while it is compiled, too.
          await engine.setRules([named(`set-${set + 1}`)], async () => send());
        }
        send();
        return engine.takeHits().reduce((sum, { hits }) => sum + hits, 0) === sent;
      }),
      { numRuns: 40 },
    );
  });

  test('of which nothing can be used leaves what was in force', async () => {
    const engine = await ruled(named('set-0'));
    const broken = await engine.setRules([on(': [', 'broken.yml')], noBreath);
    expect(broken.rules).toBeNull();
    expect(broken.diagnostics.length).toBeGreaterThan(0);
    expect(engine.observe([requestEvent()]).detections.map(({ detector }) => detector)).toEqual(['set-0']);
  });
});

describe('canaries', () => {
  const planted = (canary: string, nonce: string): EventRecord => ownEvent('detection.canary', { canary, nonce });

  test('are found by their own rules on every way through, and make no detection', async () => {
    const engine = await ruled(on('title: all\nid: all\nlogsource: {}\ndetection: { sel: { type: "*" }, condition: sel }\n'));
    for (const { name, steps } of CANARIES) {
      const judged = engine.observe(Array.from({ length: steps }, () => planted(name, 'n1')));
      expect(judged).toEqual({ detections: [], canaries: [{ name, nonce: 'n1' }] });
    }
    expect(engine.takeHits()).toEqual([]);
  });

  test('that somebody else imitates find nothing', async () => {
    const engine = await ruled(on(TRAVERSAL));
    const judged = engine.observe([
      requestEvent({ query: 'holdfast%20canary=n1' }),
      ownEvent('identity.sign-in-refused', { cause: 'canary', nonce: 'n1' }),
    ]);
    expect(judged).toEqual({ detections: [], canaries: [] });
  });
});

describe('behaviours', () => {
  const counting = (learningDays: number): BehaviourDefinition => ({
    id: 'B1',
    title: 'Counts',
    summary: 'Every event.',
    severity: 'low',
    types: ['request.completed'],
    thresholds: [{ name: 'every', fallback: 2, unit: 'events', min: 1, max: 9, detail: '' }],
    learningDays,
    create({ value }) {
      let seen = 0;
      return {
        observe: ({ event }) => {
          seen += 1;
          return seen % value('every') === 0 ? [{ ...found, time: event.time }] : [];
        },
        tick: () => [],
        keys: 1,
        evicted: 0,
        save: () => seen,
        load: (state) => {
          seen = Number(state);
          return 1;
        },
      };
    },
  });
  const found: Detection = {
    kind: 'behaviour',
    detector: 'B1',
    title: 'Counts',
    severity: 'low',
    time: T0,
    application: null,
    entities: [{ kind: 'application', value: 'shop' }],
    reason: 'counted',
    figures: {},
    attacks: [],
    evidence: [],
    events: 1,
    answers: [],
  };

  test('get the events that they asked for, with their thresholds and what they remember', () => {
    const engine = engineOf([counting(0)]);
    engine.observe([ownEvent('ban.added', {}), requestEvent()]);
    const after = engineOf([counting(0)]);
    after.load(JSON.parse(JSON.stringify(engine.save())));
    expect(after.observe([requestEvent()]).detections).toHaveLength(1);
    after.setBehaviours([{ id: 'B1', state: 'on', thresholds: { every: 3 } }]);
    after.tick();
    expect(after.observe([requestEvent()]).detections).toHaveLength(1);
  });

  test('are silent while they learn, on trial and off', () => {
    const engine = engineOf([counting(1)]);
    expect(engine.observe([requestEvent(), requestEvent()]).detections).toEqual([]);
    expect(engine.figures()).toMatchObject([{ id: 'B1', learningUntil: T0 + 86_400_000 }]);
    expect(engine.observe([requestEvent({}, T0 + 86_400_000), requestEvent({}, T0 + 86_400_000)]).detections).toHaveLength(1);
    const trying = engineOf([counting(0)]);
    trying.setBehaviours([{ id: 'B1', state: 'test', thresholds: {} }]);
    expect(trying.observe([requestEvent(), requestEvent()]).detections).toEqual([]);
    expect(trying.takeHits()).toHaveLength(1);
    trying.setBehaviours([{ id: 'B1', state: 'off', thresholds: {} }]);
    expect(trying.figures()).toEqual([]);
  });
});
