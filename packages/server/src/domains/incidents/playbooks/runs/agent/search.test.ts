import type { Backtest, BacktestInput } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import type { TypedValue } from '../../documents/values.ts';
import type { CommandAt } from './agent.ts';
import { fillRule } from './fill-rule.ts';
import { searchEvents } from './search.ts';

const RULE = `title: Asked for by name
logsource:
  category: webserver
detection:
  asked:
    c-ip: $$__source__:value$$
    cs-uri-query|contains: probe
  condition: asked
`;
const EVENT = '01JD3V6Q0000000000000000AB';
const FOUND: Backtest = {
  from: 0,
  to: 1,
  events: 40,
  matches: 3,
  alerts: 1,
  days: [],
  samples: [{ time: 1, requestId: null, type: 'request.completed', summary: 'GET /', event: EVENT }],
  cut: false,
  unknown: [],
};

const text = (value: string | null): TypedValue => ({ type: 'string', value });
const values = (given: Record<string, string> = {}) =>
  new Map([['__source__', text('203.0.113.9')], ...Object.entries(given).map(([name, value]) => [name, text(value)] as const)]);
const at = (given: Partial<CommandAt> = {}): CommandAt => ({
  run: EVENT,
  incident: null,
  actor: { kind: 'system', ref: 'playbooks' },
  reason: 'a test',
  step: 'action--1',
  stepName: 'look',
  key: 'k',
  command: { type: 'sigma', rule: RULE },
  agent: { id: 'us', type: 'http-api', name: 'us', url: 'https://holdfast.local', isPerson: false },
  outArgs: ['__hits__', '__newest__', '__events__', '__cut__'],
  values: values(),
  ...given,
});
function asked(found: Partial<Backtest> = {}) {
  const inputs: BacktestInput[] = [];
  const backtest = async (input: BacktestInput): Promise<Backtest> => {
    inputs.push(input);
    return Promise.resolve({ ...FOUND, ...found });
  };
  return { inputs, rules: { backtest } };
}

describe('a rule that a playbook looks for', () => {
  it('is asked of the last day, and says how often it matched and which records are the newest', async () => {
    const { inputs, rules } = asked();
    const answer = await searchEvents(rules, at(), RULE);
    expect(answer).toEqual({
      kind: 'done',
      detail: '3 of 40 events of the last 24 hours match',
      values: new Map([
        ['__hits__', '3'],
        ['__newest__', EVENT],
        ['__events__', EVENT],
        ['__cut__', 'false'],
      ]),
    });
    expect(inputs).toMatchObject([{ days: 1, text: expect.stringContaining('c-ip: "203.0.113.9"') }]);
  });

  it('is asked of as many hours as the playbook says, within bounds', async () => {
    const { inputs, rules } = asked();
    await searchEvents(rules, at({ values: values({ __hours__: '6' }) }), RULE);
    expect(inputs.map(({ days }) => days)).toEqual([0.25]);
    for (const hours of ['0', '-1', '99999', 'a day'])
      expect(await searchEvents(rules, at({ values: values({ __hours__: hours }) }), RULE)).toMatchObject({ kind: 'failed' });
  });

  it('says when not all was looked at', async () => {
    const { rules } = asked({ cut: true, from: Date.parse('2026-11-22T10:00:00.000Z'), unknown: ['it matched so often'] });
    expect((await searchEvents(rules, at(), RULE)).detail).toBe(
      'at least 3 of 40 events of the last 24 hours match; only those since 2026-11-22T10:00:00.000Z were looked at; it matched so often',
    );
  });

  it('that can find nothing here is a step that failed, and no "nothing was found"', async () => {
    const { rules } = asked({ events: 0, matches: 0, unknown: ['no event that comes here has its log source'] });
    expect(await searchEvents(rules, at(), RULE)).toMatchObject({ kind: 'failed' });
    expect(await searchEvents(asked({ events: 0, matches: 0 }).rules, at(), RULE)).toMatchObject({ kind: 'done' });
  });

  it('is not looked for on behalf of others', async () => {
    const { inputs, rules } = asked();
    const agent = { id: 'siem', type: 'security-category', name: 'siem', url: null, isPerson: false };
    expect(await searchEvents(rules, at({ agent }), RULE)).toMatchObject({ kind: 'failed' });
    expect(await searchEvents(undefined, at(), RULE)).toMatchObject({ kind: 'failed' });
    expect(inputs).toEqual([]);
  });
});

describe('a value in a rule', () => {
  const fill = (value: string, rule = RULE) => fillRule(rule, values({ __source__: value }));

  it('is neither YAML nor a wildcard', () => {
    const hostile = `x*?\\'"\n  condition: not asked # `;
    const filled = fill(hostile);
    if (filled.kind === 'fault') throw new Error(filled.detail);
    expect(filled.text.split('\n').filter((line) => line.startsWith('  condition:'))).toEqual(['  condition: asked']);
    expect(filled.text).toContain(String.raw`x\\*\\?\\\\'`);
  });

  it.each([
    ['an empty value, which every text contains', '', RULE],
    ['a value in a regular expression', 'x', RULE.replace('c-ip:', 'c-ip|re:')],
    ['a value that is encoded', 'x', RULE.replace('c-ip:', 'c-ip|base64:')],
    ['a value outside of the detection', 'x', RULE.replace('Asked for by name', () => '$$__source__:value$$')],
    ['a value for a field', 'x', RULE.replace('c-ip: $$__source__:value$$', () => '$$__source__:value$$: x')],
    ['a variable that is not declared', 'x', RULE.replaceAll('__source__', '__other__')],
    ['what is no YAML', 'x', `a: [ $$__source__:value$$`],
  ])('is refused: %s', (_what, value, rule) => expect(fill(value, rule)).toMatchObject({ kind: 'fault' }));

  it('leaves a rule without any as it is', () => expect(fillRule('a: [', new Map())).toEqual({ kind: 'text', text: 'a: [' }));
});
