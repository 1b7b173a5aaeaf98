import { describe, expect, test } from 'vitest';
import {
  concatenatedObjects,
  isSigmaCorpusPresent,
  readSigmaCorpus,
  readWebEvents,
  rulesIn,
  windowsFields,
  type Regression,
} from '../support/sigma-corpus.ts';
import { compile, explain, readDocuments, Scanner, type SigmaEvent } from '@holdfast/sigma';

if (!isSigmaCorpusPresent)
  process.emitWarning('Sigma corpus not found beside the checkout: the public rules are NOT tried in this run');

describe.skipIf(!isSigmaCorpusPresent)('the public rules', () => {
  const files = isSigmaCorpusPresent ? readSigmaCorpus() : new Map<string, string>();
  const read = rulesIn(files).map(([name, text]) => readDocuments(text, name));
  const documents = read.flatMap((result) => result.documents);
  const { ruleset: compiled } = compile(documents);
  const rules = compiled?.rules ?? [];
  const scanner = compiled === null ? null : new Scanner(compiled);

  test('every rule is read without a fault and compiles', () => {
    expect(read.flatMap(({ diagnostics }) => diagnostics).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(documents.length).toBe(489);
    // Nine wait for values that only an installation has, such as its administrators.
    expect(compiled?.waiting.length).toBe(9);
    expect(rules.length).toBe(480);
  });

  test('every rule with an official event fires on it, and no rule of another log source does', () => {
    // The corpus fixes this shape.
    const manifest = JSON.parse(files.get('regression-manifest.json') ?? '[]') as readonly Regression[];
    const silent: string[] = [];
    const strangers: string[] = [];
    for (const { rule_id: id, events, format, expected_matches: expected } of manifest) {
      const text = files.get(events) ?? '';
      const own = rules.find(({ metadata }) => metadata.id === id);
      const fieldSets: SigmaEvent[] = format.startsWith('evtx')
        ? concatenatedObjects(text).map((object) => ({ fields: windowsFields(object) }))
        : text
            .split('\n')
            .filter((line) => line !== '')
            .map((message) => ({ fields: new Map(), message }));
      let count = 0;
      for (const event of fieldSets) {
        const matches = (scanner?.match({ ...event, logsources: own === undefined ? [] : [own.logsource] }) ?? []).map(
          (index) => rules[index],
        );
        if (matches.some((rule) => rule?.metadata.id === id)) count += 1;
        for (const rule of matches)
          if (rule?.logsource.product !== undefined && rule.logsource.product !== own?.logsource.product)
            strangers.push(rule.metadata.title);
      }
      if (count < Math.max(1, expected ?? 1)) silent.push(`${own?.metadata.title ?? id}: ${count} of ${expected}`);
    }
    expect(manifest.length).toBe(99);
    expect(silent).toEqual([]);
    expect(strangers).toEqual([]);
  });

  test('of 5,178 honest requests only old browsers, search engines and a question about whoami are noticed', () => {
    const events = readWebEvents();
    const noticed = new Map<string, number>();
    for (const event of events) {
      for (const index of scanner?.match(event) ?? []) {
        const title = rules[index]?.metadata.title ?? '';
        noticed.set(title, (noticed.get(title) ?? 0) + 1);
      }
    }
    expect(events.length).toBe(5178);
    expect(Object.fromEntries(noticed)).toEqual({
      'APT User Agent': 26,
      'Download From Suspicious TLD - Whitelist': 2,
      'Exploit Framework User Agent': 82,
      'Malware User Agent': 3,
      'Suspicious User Agent': 2,
      'Windows Webshell Strings': 2,
    });
  });

  test('an explanation says of every official event what the engine says', () => {
    const events = [...files]
      .filter(([name]) => name.startsWith('regression_data') && name.endsWith('.json'))
      .flatMap(([, text]) => concatenatedObjects(text));
    for (const object of events.slice(0, 12)) {
      const event = { fields: windowsFields(object) };
      const matched = new Set(scanner?.match(event));
      expect(
        rules.flatMap((rule, index) => (explain(rule, event).matches === matched.has(index) ? [] : [rule.metadata.title])),
      ).toEqual([]);
    }
  });
});
