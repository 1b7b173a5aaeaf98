import {
  detectionEvents,
  type EventRecord,
  type RuleDiagnostic,
  type RuleImport,
  type RuleImported,
  type RuleState,
} from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Refusal } from '../../../platform/refusal.ts';
import type { Actor } from '../../applications/index.ts';
import { change, type Change, type ChangeParts } from './change.ts';
import { readText, type ReadText } from './read-text.ts';
import { countTexts, insertText, replaceText, textsOf } from './rule-store.ts';

/** More than five times the whole public tree. */
export const TEXTS_MAX = 20_000;
const DIAGNOSTICS_MAX = 2000;
/** Reading some hundred texts takes some ten milliseconds, and requests wait for this thread. */
const TEXTS_PER_TURN = 20;

interface Brought extends ReadText {
  readonly file: string;
  readonly text: string;
  readonly digest: string;
}

type Placing =
  | { readonly kind: 'new' | 'unchanged' }
  | { readonly kind: 'replaces'; readonly id: string }
  | { readonly kind: 'refused'; readonly why: string };

export const nameOf = ({ kind, ref }: Actor): string => `${kind}:${ref}`;
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** SHA-256 over the digests of all texts, sorted: the same set has the same one in whatever order it came. */
export const digestOfSet = (digests: readonly string[]): string => digestOf(digests.toSorted().join('\n'));

/** Takes what can be used and says of everything else why not. All of it, or none. */
export async function importRules(parts: ChangeParts, input: RuleImport, actor: Actor): Promise<RuleImported> {
  const { files, state = 'test', dryRun = false } = input;
  const brought = await readAll(files);
  const counted = { added: 0, changed: 0, unchanged: 0, refused: 0, rules: 0, correlations: 0, filters: 0 };
  const diagnostics = brought.flatMap((each) => each.diagnostics);
  await change(parts, async (step) => {
    const taken = new Set<string>();
    for (const each of brought) {
      const placing = await placeOf(step, each, taken);
      if (placing.kind === 'refused') {
        counted.refused += 1;
        if (each.rules.length > 0) diagnostics.push(duplicate(each, placing.why));
        continue;
      }
      counted[placing.kind === 'new' ? 'added' : placing.kind === 'replaces' ? 'changed' : 'unchanged'] += 1;
      for (const { kind } of each.rules) counted[`${kind}s`] += 1;
      if (!dryRun && placing.kind !== 'unchanged') await write(step, each, { placing, state, actor });
    }
    if (dryRun || counted.added + counted.changed + counted.refused === 0) return;
    if (counted.added > 0 && (await countTexts(step.tx)) > TEXTS_MAX) throw tooMany();
    if (counted.added + counted.changed > 0) step.touch();
    step.events.push(imported(parts, { ...counted, digest: digestOfSet(brought.map(({ digest }) => digest)) }, actor));
  });
  return { ...counted, diagnostics: diagnostics.slice(0, DIAGNOSTICS_MAX) };
}

const tooMany = (): Refusal =>
  new Refusal('input-invalid', { errors: [{ pointer: '/files', detail: `more than ${TEXTS_MAX} files of rules are not kept` }] });

type Counts = Pick<RuleImported, 'added' | 'changed' | 'refused'> & { readonly digest: string };

export function imported(
  { bus }: Pick<ChangeParts, 'bus'>,
  { added, changed, refused, digest }: Counts,
  actor?: Actor,
): EventRecord {
  return bus.newEvent(detectionEvents.rulesImported, { actor, payload: { added, changed, refused, digest } });
}

async function readAll(files: RuleImport['files']): Promise<Brought[]> {
  const brought: Brought[] = [];
  for (const [index, { name: file, text }] of files.entries()) {
    if (index % TEXTS_PER_TURN === TEXTS_PER_TURN - 1) await nextTurn();
    brought.push({ ...readText(text, file), file, text, digest: digestOf(text) });
  }
  return brought;
}

/** Ids and names mean one document: whoever has them already keeps them, unless this is that very text in a newer form. */
async function placeOf({ tx }: Pick<Change, 'tx'>, { rules, digest, file }: Brought, taken: Set<string>): Promise<Placing> {
  if (rules.length === 0) return { kind: 'refused', why: 'nothing in it can be used' };
  const names = [...new Set(rules.flatMap(({ id, name }) => (name === null ? [id] : [id, name])))];
  const twice = names.find((name) => taken.has(name));
  if (twice !== undefined) return { kind: 'refused', why: `${twice} came with another file before` };
  for (const name of names) taken.add(name);
  const known = await textsOf(tx, names);
  const own = known.find(({ origin }) => origin === 'own');
  if (own !== undefined) return { kind: 'refused', why: `${own.rule} is one of our own rules` };
  const [first, ...others] = [...new Map(known.map((each) => [each.id, each])).values()];
  if (first === undefined) return { kind: 'new' };
  if (others.length > 0) return { kind: 'refused', why: `its documents are in several files already, one is ${first.file}` };
  return first.digest === digest && first.file === file ? { kind: 'unchanged' } : { kind: 'replaces', id: first.id };
}

interface Writing {
  readonly placing: Placing;
  readonly state: RuleState;
  readonly actor: Actor;
}

async function write(
  { tx, now }: Change,
  { file, text, digest, rules }: Brought,
  { placing, state, actor }: Writing,
): Promise<void> {
  const [first] = rules;
  if (first === undefined) throw new Error('assertion: what is written has documents');
  const said = { file, text, digest, changed_at: now, changed_by: nameOf(actor) };
  if (placing.kind === 'replaces') return replaceText(tx, placing.id, { ...said, rules });
  // A filter makes no alerts to try first: it filters or it does not.
  const isFilter = rules.every(({ kind }) => kind === 'filter');
  const row = { ...said, id: first.id, origin: 'imported' as const, is_set: true, reason: null };
  return insertText(tx, { ...row, state: isFilter && state === 'test' ? 'on' : state }, rules);
}

function duplicate({ file }: Brought, message: string): RuleDiagnostic {
  return { file, code: 'reference-duplicate', severity: 'error', message, line: 1, column: 1, pointer: '' };
}
