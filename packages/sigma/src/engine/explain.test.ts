import { describe, expect, test } from 'vitest';
import { compile, explain, readDocuments, type FieldValue, type SigmaRule } from '../index.ts';

const TEXT = `title: Shell in the query
logsource: { category: webserver }
detection:
  selection:
    cs-method: GET
    cs-uri-query|contains: ['/bin/sh', 'cmd.exe']
  filter:
    c-ip|cidr: 10.0.0.0/8
  condition: selection and not filter
`;

function ruleOf(text: string): SigmaRule {
  const rule = compile(readDocuments(text, 'a.yml').documents).ruleset?.rules[0];
  if (rule === undefined) throw new Error('assert: the rule compiles');
  return rule;
}
const eventOf = (fields: Record<string, FieldValue>) => ({
  fields: new Map(Object.entries(fields)),
  logsources: [{ category: 'webserver' }],
});

describe('an explanation', () => {
  const rule = ruleOf(TEXT);
  const attack = { 'cs-method': 'GET', 'cs-uri-query': ['/x?%2fbin%2fsh', '/x?/bin/sh'], 'c-ip': '198.51.100.7' };

  test('of a match names what made it', () => {
    const { matches, decisive } = explain(rule, eventOf(attack));
    expect(matches).toBe(true);
    expect(decisive.map(({ field, holds }) => [field, holds])).toEqual([
      ['cs-method', true],
      ['cs-uri-query', true],
      ['c-ip', false],
    ]);
    expect(decisive[1]?.values).toEqual([
      { value: '*/bin/sh*', holds: true },
      { value: '*cmd.exe*', holds: false },
    ]);
  });

  test('of a miss names the part that failed, what was asked and what was found, with its line', () => {
    const { matches, decisive } = explain(rule, eventOf({ ...attack, 'cs-method': 'POST' }));
    expect(matches).toBe(false);
    expect(decisive).toMatchObject([
      {
        field: 'cs-method',
        found: ['POST'],
        values: [{ value: 'GET', holds: false }],
        place: { line: 5, pointer: '/detection/selection/cs-method' },
      },
    ]);
  });

  test('of a filtered event names the filter', () => {
    const { matches, decisive } = explain(rule, eventOf({ ...attack, 'c-ip': '10.1.2.3' }));
    expect(matches).toBe(false);
    expect(decisive).toMatchObject([{ field: 'c-ip', holds: true, values: [{ value: '10.0.0.0/8' }] }]);
  });

  test('says that the rule is for another log source', () => {
    const explanation = explain(rule, { ...eventOf(attack), logsources: [{ product: 'windows' }] });
    expect(explanation).toMatchObject({ matches: false, concerns: false, condition: { holds: true } });
  });
});
