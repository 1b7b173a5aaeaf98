import { describe, expect, test } from 'vitest';
import { compile, Correlator, DEFAULT_CORRELATOR_LIMITS, readDocuments, Scanner, type FieldValue } from '../index.ts';

const LOGINS = `
title: Failures and then a success
name: taken_over
correlation:
  type: temporal_ordered
  rules: [many_failures, success]
  group-by: [User]
  timespan: 10m
level: high
---
title: Many failures
name: many_failures
correlation:
  type: event_count
  rules: [failure]
  group-by: [User]
  timespan: 10m
  condition: { gte: 10 }
---
title: Failure
name: failure
logsource: { product: windows, service: security }
detection: { selection: { EventID: [529, 4625] }, condition: selection }
---
title: Success
name: success
logsource: { product: windows, service: security }
detection: { selection: { EventID: [528, 4624] }, condition: selection }
`;

type Fields = Record<string, FieldValue>;

/** An engine of a text, fed with events of a time in seconds; answers with the titles of what fired. */
function engine(text: string, limits: Partial<typeof DEFAULT_CORRELATOR_LIMITS> = {}) {
  const { documents, diagnostics } = readDocuments(text, 'test.yml');
  const { ruleset, diagnostics: linking } = compile(documents);
  expect([...diagnostics, ...linking].filter(({ severity }) => severity === 'error')).toEqual([]);
  if (ruleset === null) throw new Error('assert: the rules compile');
  const scanner = new Scanner(ruleset);
  const make = () => new Correlator(ruleset.linked, { ...DEFAULT_CORRELATOR_LIMITS, ...limits });
  let correlator = make();
  return {
    feed(seconds: number, fields: Fields): string[] {
      const event = { fields: new Map(Object.entries(fields)) };
      const fired = correlator.observe(scanner.match(event), { timeMs: seconds * 1000, fields: event.fields });
      return fired.map(({ correlation }) => correlation.metadata.title);
    },
    restart(): number {
      const state: unknown = JSON.parse(JSON.stringify(correlator.save()));
      correlator = make();
      return correlator.load(state);
    },
    get correlator() {
      return correlator;
    },
  };
}

const WEB = `
title: Hit
name: hit
logsource: { category: webserver }
detection: { selection: { kind: hit }, condition: selection }
---
title: Other
name: other
logsource: { category: webserver }
detection: { selection: { kind: other }, condition: selection }
`;

const over = (section: string): string =>
  `${WEB}---\ntitle: Correlation\ncorrelation:\n  rules: [hit]\n  group-by: [ip]\n${section}`;

describe('chained correlations', () => {
  test('ten failures and a success raise one finding, also out of order and across a restart', () => {
    const one = engine(LOGINS);
    const fired: string[] = [];
    // Every second event comes up to 30 s late.
    const times = [0, 30, 20, 60, 50, 90, 75, 120, 110].map((seconds) => seconds + 1000);
    for (const [index, time] of times.entries()) {
      fired.push(...one.feed(time, { EventID: 4625, User: 'ann' }));
      if (index === 4) expect(one.restart()).toBe(2);
    }
    fired.push(...one.feed(1130, { EventID: 4624, User: 'ann' }));
    expect(fired).toEqual([]);
    expect(one.feed(1105, { EventID: 4625, User: 'ann' })).toEqual(['Failures and then a success']);
    expect(one.restart()).toBe(2);
    expect(one.feed(1128, { EventID: 4625, User: 'ann' })).toEqual([]);
    expect(one.feed(1131, { EventID: 4624, User: 'ann' })).toEqual([]);
  });

  test('nine failures, a success before the failures, and failures of several users raise nothing', () => {
    const one = engine(LOGINS);
    expect(one.feed(0, { EventID: 4624, User: 'ann' })).toEqual([]);
    for (let index = 1; index <= 20; index += 1)
      expect(one.feed(index, { EventID: 4625, User: index % 2 === 0 ? 'bob' : 'eve' })).toEqual([]);
    for (let index = 21; index <= 29; index += 1) expect(one.feed(index, { EventID: 4625, User: 'ann' })).toEqual([]);
    expect(one.feed(30, { EventID: 4624, User: 'ann' })).toEqual([]);
  });
});

describe('types', () => {
  const feedAll = (text: string, events: readonly (readonly [number, Fields])[]): string[] => {
    const one = engine(text);
    return events.flatMap(([time, fields]) => one.feed(time, { kind: 'hit', ip: '10.0.0.1', ...fields }));
  };
  const values = (...list: FieldValue[]): [number, Fields][] => list.map((user, index) => [index, { user }]);

  test.each([
    ['event_count', 'condition: { gte: 3 }', values(1, 2, 3), values(1, 2)],
    ['event_count', 'condition: { gt: 1, lte: 2 }', values(1, 2), values(1)],
    ['value_count', 'condition: { field: user, gte: 3 }', values('a', 'b', 'a', 'c'), values('a', 'b', 'a', 'b')],
    ['value_sum', 'condition: { field: user, gt: 10 }', values(5, '6'), values(5, 5, 'many')],
    ['value_avg', 'condition: { field: user, gte: 10 }', values(8, 12), values(8, 9, 9)],
    ['value_median', 'condition: { field: user, gte: 7 }', values(1, 7, 8), values(1, 1, 8)],
    ['value_percentile', 'condition: { field: user, percentile: 75, gte: 7 }', values(1, 1, 7, 7), values(1, 1, 1, 7)],
    ['value_percentile', 'condition: { field: user, lte: 25 }', values('a', 'a', 'a', 'b'), values('a', 'a', 'a', 'a')],
  ])('%s with %s', (type, condition, firing, quiet) => {
    const text = over(`  type: ${type}\n  timespan: 1m\n  ${condition}\n`);
    expect(feedAll(text, firing)).toEqual(['Correlation']);
    expect(feedAll(text, quiet)).toEqual([]);
  });

  test('several fields of value_count are counted together', () => {
    const text = over('  type: value_count\n  timespan: 1m\n  condition: { field: [user, host], gte: 3 }\n');
    const pair = (user: string, host: string): Fields => ({ user, host });
    expect(
      feedAll(text, [
        [0, pair('a', 'x')],
        [1, pair('a', 'y')],
        [2, pair('b', 'x')],
      ]),
    ).toEqual(['Correlation']);
    expect(
      feedAll(text, [
        [0, pair('a', 'x')],
        [1, pair('a', 'y')],
        [2, pair('a', 'x')],
      ]),
    ).toEqual([]);
  });

  test('temporal takes any order, temporal_ordered the order given', () => {
    const both = (type: string): string =>
      `${WEB}---\ntitle: Correlation\ncorrelation:\n  type: ${type}\n  rules: [hit, other]\n  group-by: [ip]\n  timespan: 10s\n`;
    const backwards: [number, Fields][] = [
      [0, { kind: 'other' }],
      [5, { kind: 'hit' }],
    ];
    expect(feedAll(both('temporal'), backwards)).toEqual(['Correlation']);
    expect(feedAll(both('temporal_ordered'), backwards)).toEqual([]);
    expect(
      feedAll(both('temporal_ordered'), [
        [0, {}],
        [5, { kind: 'other' }],
      ]),
    ).toEqual(['Correlation']);
    expect(
      feedAll(both('temporal'), [
        [0, {}],
        [10, { kind: 'other' }],
      ]),
    ).toEqual([]);
    expect(
      feedAll(both('temporal'), [
        [0, {}],
        [5, { kind: 'other', ip: '10.0.0.2' }],
      ]),
    ).toEqual([]);
  });

  test('an expression over rules decides', () => {
    const text = `${WEB}---\ntitle: Correlation\ncorrelation:\n  type: temporal\n  group-by: [ip]\n  timespan: 10s\n  condition: hit and not other\n`;
    expect(feedAll(text, [[0, {}]])).toEqual(['Correlation']);
    expect(
      feedAll(text, [
        [0, { kind: 'other' }],
        [1, {}],
      ]),
    ).toEqual([]);
  });

  test('an alias is another field in events of another rule', () => {
    const text = `${WEB}---
title: Correlation
correlation:
  type: temporal
  rules: [hit, other]
  group-by: [address]
  timespan: 10s
  aliases: { address: { hit: ip, other: peer } }
`;
    const one = engine(text);
    expect(one.feed(0, { kind: 'hit', ip: '10.0.0.1' })).toEqual([]);
    expect(one.feed(1, { kind: 'other', ip: '10.0.0.1', peer: '10.0.0.9' })).toEqual([]);
    expect(one.feed(2, { kind: 'other', ip: '10.0.0.9', peer: '10.0.0.1' })).toEqual(['Correlation']);
  });
});

describe('bounds', () => {
  const text = over('  type: event_count\n  timespan: 1m\n  condition: { gte: 2 }\n');

  test('a group fires once in a timespan and again after it', () => {
    const one = engine(text);
    const at = (time: number): string[] => one.feed(time, { kind: 'hit', ip: 'a' });
    expect([at(0), at(1), at(2), at(30)].flat()).toEqual(['Correlation']);
    expect([at(62), at(63)].flat()).toEqual(['Correlation']);
  });

  test('an event later than allowed is counted as such and left out; a little late one counts', () => {
    const one = engine(text, { latenessMs: 5000 });
    one.feed(100, { kind: 'hit', ip: 'a' });
    expect(one.feed(94, { kind: 'hit', ip: 'a' })).toEqual([]);
    expect(one.correlator.counters.late).toBe(1);
    expect(one.feed(96, { kind: 'hit', ip: 'a' })).toEqual(['Correlation']);
  });

  test('groups are bounded, those in use stay, and what is over goes by itself', () => {
    const one = engine(text, { groupsMax: 100 });
    for (let index = 0; index < 1000; index += 1) {
      one.feed(index / 1000, { kind: 'hit', ip: `10.0.${index}` });
      if (index % 10 === 0) one.feed(index / 1000, { kind: 'hit', ip: 'busy' });
    }
    expect(one.correlator.size.groups).toBe(100);
    expect(one.correlator.counters.evictedGroups).toBe(901);
    expect(one.correlator.save().correlations[0]?.groups.find(({ key }) => key.endsWith('busy'))?.times.length).toBe(100);
    for (let index = 0; index < 200; index += 1) one.feed(1000 + index, { kind: 'hit', ip: 'a' });
    expect(one.correlator.size.groups).toBe(1);
  });

  test('an event from the future does not make all others late', () => {
    const { documents } = readDocuments(text, 'test.yml');
    const { ruleset } = compile(documents);
    if (ruleset === null) throw new Error('assert: the rules compile');
    const correlator = new Correlator(ruleset.linked);
    const fields = new Map([['ip', 'a']]);
    const matches = [0];
    correlator.observe(matches, { timeMs: 9e15, nowMs: 1000, fields });
    expect(correlator.observe(matches, { timeMs: 2000, nowMs: 2000, fields }).length).toBe(1);
  });

  test('a state that is damaged or of another rule is left out', () => {
    const one = engine(text);
    one.feed(0, { kind: 'hit', ip: 'a' });
    const state = one.correlator.save();
    expect(engine(text.replace('1m', '2m')).correlator.load(state)).toBe(0);
    for (const damaged of [
      null,
      7,
      [],
      { version: 2 },
      {
        version: 1,
        correlations: [null, { key: state.correlations[0]?.key, groups: [{ key: 'a', times: [2, 1], values: [] }] }],
      },
    ]) {
      const other = engine(text);
      other.correlator.load(damaged);
      expect(other.correlator.size.groups).toBe(0);
    }
  });
});
