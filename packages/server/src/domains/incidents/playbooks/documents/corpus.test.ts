import { Ajv, type ValidateFunction } from 'ajv';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Faults } from './fault.ts';
import { readPlaybook } from './read.ts';
import { validate } from './validate.ts';

const CORPUS = fileURLToPath(new URL('../../../../../../../../shared/corpora/cacao', import.meta.url));
const isThere = existsSync(CORPUS);
if (!isThere) process.emitWarning(`${CORPUS} is not there: verdicts on CACAO playbooks are not compared`);

type Json = Record<string, unknown>;
const read = (file: string): Json => JSON.parse(readFileSync(file, 'utf8')) as Json;
const filesIn = (folder: string): readonly string[] =>
  isThere
    ? readdirSync(path.join(CORPUS, 'examples', folder))
        .filter((name) => name.endsWith('.json'))
        .map((name) => path.join(CORPUS, 'examples', folder, name))
    : [];

/** Where each file that the schema takes is wrong all the same. */
const BROKEN = new Map([
  ['soarca-test-infinite_playbook.json', '/workflow/action--6b23c237-ade8-4d00-9aa1-75999738d557/on_completion'],
  [
    'soarca-test-invalid_email_playbook.json',
    '/agent_definitions/individual--6b23a237-ade8-4d00-9aa1-75999732d557/contact/email/work',
  ],
  ['soarca-test-missing_step_playbook.json', '/workflow/action--2190f685-1857-44ac-ad0e-0ded6c6ef3ce/on_completion'],
  ['soarca-test-parallels_playbook.json', '/workflow/parallel--a76dbc32-b739-427b-ae13-4ec703d5797e/next_steps/0'],
  ['soarca-test-playbook.json', '/workflow_start'],
]);

describe.skipIf(!isThere)('CACAO examples', () => {
  it('that are valid are taken, with warnings at most', () => {
    const files = filesIn('valid');
    expect(files.length).toBeGreaterThan(0);
    for (const file of files)
      expect([file, readPlaybook(read(file)).faults.filter(({ level }) => level === 'error')]).toEqual([file, []]);
  });

  it('that the schema refuses are refused, with pointers that lead where ajv says', () => {
    const judge = schemaJudge();
    for (const file of filesIn('schema-invalid')) {
      const document = read(file);
      const { playbook, faults } = readPlaybook(document);
      expect([file, playbook]).toEqual([file, null]);
      const theirs = judge(document).filter((pointer) => pointer !== '');
      expect(faults.some(({ pointer }) => theirs.some((place) => pointer.startsWith(place)))).toBe(true);
    }
  });

  it('that the schema takes and that make no sense are refused, with the pointer of what is wrong', () => {
    const judge = schemaJudge();
    for (const file of filesIn('schema-valid-semantically-broken')) {
      const document = read(file);
      expect(judge(document)).toEqual([]);
      const { playbook, faults } = readPlaybook(document);
      expect([file, playbook]).toEqual([file, null]);
      const pointers = faults.filter(({ level }) => level === 'error').map(({ pointer }) => pointer);
      expect(pointers).toContain(BROKEN.get(path.basename(file)) ?? '/workflow_start');
    }
  });

  it('changed in one place get the verdict that the schema gives them', { timeout: 120_000 }, () => {
    const judge = schemaJudge();
    const seen = { same: 0, other: [] as string[] };
    for (const file of [...filesIn('valid'), ...filesIn('schema-valid-semantically-broken')]) {
      for (const [what, document] of mutantsOf(read(file))) {
        const theirs = judge(document).length === 0;
        const faults = new Faults();
        validate(document, faults);
        if (theirs === !faults.hasErrors) seen.same += 1;
        else if (!isOnPurpose(what, theirs))
          seen.other.push(`${path.basename(file)} ${what}: ajv ${theirs ? 'takes' : 'refuses'} it`);
      }
    }
    expect(seen.other).toEqual([]);
    expect(seen.same).toBeGreaterThan(5000);
  });
});

/**
 * Where we judge otherwise: names that the schema knows only as patterns are looked at there in no way, and here they are
 * refused; URLs of any kind are taken, because the pattern of the schema takes no name that ends in more than six letters.
 */
function isOnPurpose(what: string, theirs: boolean): boolean {
  if (/\/address\/url\//u.test(what)) return true;
  const isKeyed = /^set \/(?:workflow|playbook_variables|workflow\/[^/]+\/step_variables) \{"a":1\}$/u.test(what);
  return theirs && (isKeyed || /^rename \/(?:workflow|playbook_variables|workflow\/[^/]+\/step_variables)\/[^/]+$/u.test(what));
}

/** Pointers of what the schema files refuse; commands are held to the file of their own type as well. */
function schemaJudge(): (document: Json) => readonly string[] {
  // Draft 7 knows nothing of `unevaluatedProperties`: what is not named may be there.
  const ajv = new Ajv({ strict: false, allErrors: true });
  const byName = new Map<string, string>();
  for (const entry of readdirSync(path.join(CORPUS, 'schema'), { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.json')) continue;
    const schema = read(path.join(CORPUS, 'schema', entry));
    ajv.addSchema(schema);
    byName.set(entry, String(schema['$id']));
  }
  const of = (entry: string): ValidateFunction => {
    const found = ajv.getSchema(byName.get(entry) ?? '');
    if (found === undefined) throw new Error(`no schema ${entry}`);
    return found;
  };
  return (document) => {
    const errors = pointersOf(of('playbook.json'), document, '');
    for (const [id, step] of Object.entries((document['workflow'] ?? {}) as Json)) {
      const commands = (step as Json | null)?.['commands'];
      for (const [index, command] of Array.isArray(commands) ? commands.entries() : []) {
        const type = (command as Json | null)?.['type'];
        const entry = `commands/${String(type)}.json`;
        if (typeof type === 'string' && byName.has(entry))
          errors.push(...pointersOf(of(entry), command, `/workflow/${id}/commands/${index}`));
      }
    }
    return errors;
  };
}

function pointersOf(schema: ValidateFunction, value: unknown, at: string): string[] {
  return schema(value) ? [] : (schema.errors ?? []).map(({ instancePath }) => `${at}${instancePath}`);
}

/** The document with one property gone, or of other types and contents, or under another name: everywhere. */
function* mutantsOf(document: Json): Generator<readonly [string, Json]> {
  for (const [pointer, holder, key] of placesIn(document, '')) {
    const kept = Reflect.get(holder, key) as unknown;
    if (!Array.isArray(holder)) {
      Reflect.deleteProperty(holder, key);
      yield [`drop ${pointer}`, document];
      Reflect.set(holder, 'zz--renamed', kept);
      yield [`rename ${pointer}`, document];
      Reflect.deleteProperty(holder, 'zz--renamed');
    }
    for (const other of [null, true, 7, -1, 1.5, '', 'x', '2026-01-01T00:00:00Z', [], {}, ['x'], { a: 1 }]) {
      Reflect.set(holder, key, other);
      yield [`set ${pointer} ${JSON.stringify(other)}`, document];
    }
    Reflect.set(holder, key, kept);
  }
}

function placesIn(value: unknown, pointer: string): (readonly [string, object, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const at = `${pointer}/${key}`;
    return [[at, value, key] as const, ...placesIn(Reflect.get(value, key), at)];
  });
}
