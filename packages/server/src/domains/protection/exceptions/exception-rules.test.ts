import type { RecordedFinding } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { groupOf, proposeExceptions } from './exception-rules.ts';

const finding = (parts: Partial<RecordedFinding> = {}): RecordedFinding => ({
  rule: 'sqli.boolean',
  group: 'sqli',
  confidence: 0.9,
  location: 'query',
  name: 'q',
  chain: ['url'],
  sample: "' or 1=1",
  why: 'a tautology after a quote',
  context: null,
  blocks: true,
  exception: null,
  ...parts,
});

describe('proposeExceptions', () => {
  it('proposes exactly the place where the rule fired', () => {
    expect(proposeExceptions({ application: 'shop', method: 'GET', path: '/search', findings: [finding()] })).toEqual([
      { application: 'shop', method: 'GET', route: '/search', location: 'query', parameter: 'q', rule: 'sqli.boolean' },
    ]);
  });

  it('proposes one place once and leaves out what is excepted already', () => {
    const findings = [finding(), finding({ sample: 'other' }), finding({ name: 'sort' }), finding({ name: 'x', exception: 'E' })];
    expect(proposeExceptions({ application: 'shop', method: 'GET', path: '/', findings }).map((one) => one.parameter)).toEqual([
      'q',
      'sort',
    ]);
  });

  it('proposes nothing when the scope is not certain: no application, a cut path, an odd method, an unknown rule', () => {
    const base = { application: 'shop', method: 'GET', path: '/', findings: [finding()] };
    expect(proposeExceptions({ ...base, application: null })).toEqual([]);
    expect(proposeExceptions({ ...base, path: `/${'a'.repeat(511)}` })).toEqual([]);
    expect(proposeExceptions({ ...base, method: 'get it' })).toEqual([]);
    expect(proposeExceptions({ ...base, findings: [finding({ rule: 'other.rule' })] })).toEqual([]);
  });
});

it('groupOf reads the group from the rule id', () => {
  expect(groupOf('xss.tag')).toBe('xss');
  expect(groupOf('xss')).toBeNull();
  expect(groupOf('__proto__.x')).toBeNull();
});
