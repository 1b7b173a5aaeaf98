import { expect, describe, test } from 'vitest';
import { compile, Correlator, readDocuments, Scanner, type FieldValue } from '@holdfast/sigma';
import { isSigmaCorpusPresent, readSigmaCorpus } from '../support/sigma-corpus.ts';

if (!isSigmaCorpusPresent)
  process.emitWarning('Sigma corpus not found beside the checkout: the samples of the specification are NOT tried in this run');

type Fields = Record<string, FieldValue>;
const MINUTE = 60;

/** A sample of the specification with rules for what it refers to; gives how often it fires on events of a time in seconds. */
function firings(sample: string, references: readonly string[], events: readonly (readonly [number, Fields])[]): number {
  const rules = references.map((name) =>
    JSON.stringify({ title: name, name, logsource: {}, detection: { s: { is: name }, condition: 's' } }),
  );
  const { documents, diagnostics } = readDocuments([...rules, sample].join('\n---\n'), 'sample.yml');
  const { ruleset, diagnostics: linking } = compile(documents);
  expect([...diagnostics, ...linking].filter(({ severity }) => severity === 'error')).toEqual([]);
  if (ruleset === null) throw new Error('assert: the sample compiles');
  const scanner = new Scanner(ruleset);
  const correlator = new Correlator(ruleset.linked);
  return events.flatMap(([seconds, record]) => {
    const fields = new Map(Object.entries(record));
    return correlator.observe(scanner.match({ fields }), { timeMs: seconds * 1000, fields });
  }).length;
}

const times = (count: number, make: (index: number) => readonly [number, Fields]): (readonly [number, Fields])[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe.skipIf(!isSigmaCorpusPresent)('samples of the specification', () => {
  const files = isSigmaCorpusPresent ? readSigmaCorpus() : new Map<string, string>();
  const sample = (name: string): string => files.get(`spec/tests/schema/${name}.yml`) ?? '';

  test('all twelve are read', () => {
    const samples = [...files].filter(([name]) => name.startsWith('spec/tests/schema/'));
    const read = samples.map(([name, text]) => readDocuments(text, name));
    expect(read.flatMap(({ diagnostics }) => diagnostics).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(read.flatMap(({ documents }) => documents.map(({ kind }) => kind)).toSorted()).toEqual([
      ...times(8, () => [0, {}]).map(() => 'correlation'),
      'filter',
      'filter',
      'rule',
      'rule',
    ]);
  });

  const FAILED = '5638f7c0-ac70-491d-8465-2a65075e0d86';
  const hit = (is: string, fields: Fields): Fields => ({ is, ...fields });
  test.each<[string, readonly string[], (readonly [number, Fields])[], (readonly [number, Fields])[]]>([
    [
      'event_count',
      [FAILED],
      times(100, (i) => [i * 30, hit(FAILED, { ComputerName: 'a' })]),
      times(100, (i) => [i * 40, hit(FAILED, { ComputerName: 'a' })]),
    ],
    [
      'event_count_ecs',
      [FAILED],
      times(100, (i) => [i, hit(FAILED, { 'dns.question.name': 'a' })]),
      times(200, (i) => [i, hit(FAILED, { 'dns.question.name': i % 3 })]),
    ],
    [
      'value_count',
      [FAILED],
      times(100, (i) => [i, hit(FAILED, { ComputerName: 'a', WorkstationName: 'b', User: i })]),
      times(200, (i) => [i, hit(FAILED, { ComputerName: 'a', WorkstationName: 'b', User: i % 99 })]),
    ],
    [
      'value_sum',
      ['website_access'],
      times(11, (i) => [i, hit('website_access', { SourceIP: 'a', User: 'b', bytes_sent: 100_000 })]),
      times(10, (i) => [i, hit('website_access', { SourceIP: 'a', User: 'b', bytes_sent: 100_000 })]),
    ],
    [
      'value_avg',
      ['rule_a_id'],
      times(2, (i) => [i, hit('rule_a_id', { SourceIP: 'a', User: 'b', BytesOut: 200 + i * 700 })]),
      times(2, (i) => [i, hit('rule_a_id', { SourceIP: 'a', User: 'b', BytesOut: 200 + i * 600 })]),
    ],
    [
      'value_percentile',
      ['process_creation'],
      times(100, (i) => [i, hit('process_creation', { ComputerName: 'a', Image: i === 99 ? 'rare' : 'common' })]),
      times(99, (i) => [i, hit('process_creation', { ComputerName: 'a', Image: i === 98 ? 'rare' : 'common' })]),
    ],
  ])('%s', (name, references, firing, quiet) => {
    expect(firings(sample(`correlation/${name}`), references, firing)).toBe(1);
    expect(firings(sample(`correlation/${name}`), references, quiet)).toBe(0);
  });

  const RECON = ['recon_cmd_a', 'recon_cmd_b', 'recon_cmd_c'];
  const recon = (order: readonly number[], step: number): (readonly [number, Fields])[] =>
    order.map((rule, index) => [index * step, hit(RECON[rule] ?? '', { ComputerName: 'a', User: 'b' })]);
  test('temporal, in any order, and temporal_ordered', () => {
    expect([
      firings(sample('correlation/temporal'), RECON, recon([2, 0, 1], MINUTE)),
      firings(sample('correlation/temporal'), RECON, recon([2, 0, 1], 3 * MINUTE)),
    ]).toEqual([1, 0]);
    expect([
      firings(sample('correlation/temporal_ordered'), RECON, recon([0, 1, 2], MINUTE)),
      firings(sample('correlation/temporal_ordered'), RECON, recon([0, 2, 1], MINUTE)),
    ]).toEqual([1, 0]);
  });

  test.each([
    [
      'filter_1',
      'df0841c0-9846-4e9f-ad8a-7df91571771b',
      { category: 'process_creation', product: 'windows' },
      { User: 'adm_x' },
      { User: 'x' },
    ],
    [
      'filter_ecs',
      '6f3e2987-db24-4c78-a860-b4f4095a7095',
      { category: 'network', service: 'dns' },
      { 'dns.question.name': 'www.google.com' },
      { 'dns.question.name': 'example.org' },
    ],
  ])('%s takes out what it describes and nothing else', (name, id, logsource, excluded, kept) => {
    const rule = JSON.stringify({ title: 'r', id, logsource, detection: { s: { is: 1 }, condition: 's' } });
    const { ruleset } = compile(readDocuments(`${rule}\n---\n${sample(`filter/${name}`)}`, 'sample.yml').documents);
    if (ruleset === null) throw new Error('assert: the sample compiles');
    const scanner = new Scanner(ruleset);
    const matches = (fields: Fields): number => scanner.match({ fields: new Map(Object.entries({ is: 1, ...fields })) }).length;
    expect([matches(excluded), matches(kept)]).toEqual([0, 1]);
  });
});
