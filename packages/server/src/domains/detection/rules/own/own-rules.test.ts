import { EVENTS, type EventRecord } from '@holdfast/contract';
import { compile, Correlator, readDocuments, Scanner } from '@holdfast/sigma';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { toSigmaEvent } from '../../watch/fields/sigma-event.ts';
import { HEARD } from '../heard.ts';
import { idleRules } from '../idle.ts';
import { readText } from '../read-text.ts';
import { ruleIdOf } from '../rule-id.ts';
import { eventsOf, readOwnCases } from './own-cases.ts';
import { ownRulesFolder, readOwnRules } from './own-files.ts';

const texts = await readOwnRules();
const read = texts.map(({ text, file }) => readDocuments(text, file));
const documents = read.flatMap((each) => each.documents);
const { ruleset, diagnostics } = compile(documents);
const cases = readOwnCases();

/** Ids of everything that raises something of its own. */
function fired(events: readonly EventRecord[]): ReadonlySet<string> {
  if (ruleset === null) throw new Error('assertion: our own rules compile');
  const scanner = new Scanner(ruleset);
  const correlator = new Correlator(ruleset.linked);
  const found = new Set<string>();
  for (const event of events) {
    const seen = toSigmaEvent(event);
    const matches = [...scanner.match(seen)];
    for (const rule of matches) {
      const document = ruleset.rules[rule];
      if (document !== undefined && !ruleset.linked.quietRules.has(rule)) found.add(ruleIdOf(document));
    }
    for (const { correlation } of correlator.observe(matches, { timeMs: event.time, fields: seen.fields }))
      found.add(ruleIdOf(correlation));
  }
  return found;
}

describe('our own rules', () => {
  it('compile without a fault, each with an id, a level, tactics and what it may mistake', () => {
    const faults = [...read.flatMap((each) => each.diagnostics), ...diagnostics];
    expect(faults.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(texts.length).toBeGreaterThanOrEqual(40);
    for (const {
      documents: [first],
    } of read) {
      expect(first?.metadata).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/u),
        level: expect.any(String),
        status: 'stable',
      });
      expect(first?.metadata.tags.some((tag) => tag.startsWith('attack.t'))).toBe(true);
      expect(first?.metadata.falsePositives.length).toBeGreaterThan(0);
    }
    const ids = documents.map(ruleIdOf);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('can all fire here', () => {
    const all = texts.flatMap(({ text, file }) => readText(text, file).rules.map((rule) => ({ ...rule, state: 'on' as const })));
    expect(Object.fromEntries(idleRules(all, HEARD))).toEqual({});
  });

  it('name events that exist, and fields that these events have', () => {
    for (const { positive, negative, file } of cases) {
      for (const { type, payload = {} } of [...positive, ...negative]) {
        if (type === undefined) continue;
        const definition = EVENTS.get(type);
        expect(definition, `${file} ${type}`).toBeDefined();
        const fields = Object.keys(definition?.payload.shape ?? {});
        expect(fields, `${file} ${type}`).toEqual(expect.arrayContaining(Object.keys(payload)));
      }
    }
  });

  it('have a case each', () => {
    const loud = read.map(({ documents: [first] }) => (first === undefined ? '' : ruleIdOf(first)));
    expect(cases.map(({ rule }) => rule).toSorted()).toEqual(loud.toSorted());
  });

  it.each(cases.map((each) => [each.file, each] as const))(
    '%s finds what it is for, and not its near miss',
    (_, { rule, positive, negative }) => {
      expect([...fired(eventsOf(positive))]).toContain(rule);
      expect([...fired(eventsOf(negative))]).not.toContain(rule);
    },
  );

  it('ask no type of event that the catalogue does not have', () => {
    for (const { file } of texts) {
      const text = readFileSync(path.join(ownRulesFolder(), path.basename(file)), 'utf8');
      for (const [, type = ''] of text.matchAll(
        /'((?:identity|authentication|token|secret|keyring|upload|ledger|audit|gateway|request|detection|ban|bypass|policy|patch|backup|snapshot|system|vault|rotation|lease|application|exception)\.[a-z.-]+)'/gu,
      ))
        expect(EVENTS.has(type), `${file} ${type}`).toBe(true);
    }
  });
});
