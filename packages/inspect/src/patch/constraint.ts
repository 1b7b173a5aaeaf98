import { KIND, kindsOf } from '../learn/measure.ts';
import { matchesPattern, parsePattern, type Pattern } from '../learn/pattern.ts';
import type { ConstraintMatch, ConstraintType, PatchFault } from './types.ts';

const CHOICES_MAX = 100;
const CHOICE_CHARS_MAX = 256;
const CLASS_CHARS_MAX = 256;
const LENGTH_MAX = 1_048_576;
const KIND_OF: Readonly<Record<ConstraintType, number>> = {
  integer: KIND.integer,
  number: KIND.number,
  uuid: KIND.uuid,
  date: KIND.date,
  boolean: KIND.boolean,
};

export interface Constraint {
  readonly type: ConstraintType | null;
  readonly choices: ReadonlySet<string> | null;
  readonly lengthMax: number;
  readonly patterns: readonly Pattern[];
}

/** Makes a constraint ready; null with faults where it cannot be held to. */
export function compileConstraint(match: ConstraintMatch, faults: PatchFault[]): Constraint | null {
  const { type, choices, lengthMax, characters, pattern } = match;
  const before = faults.length;
  if (![type, choices, lengthMax, characters, pattern].some((given) => given !== undefined))
    faults.push({ pointer: '/match', detail: 'says nothing that a value has to be' });
  if (choices !== undefined) checkChoices(choices, faults);
  if (lengthMax !== undefined && !(Number.isInteger(lengthMax) && lengthMax >= 0 && lengthMax <= LENGTH_MAX))
    faults.push({ pointer: '/match/lengthMax', detail: `must be a whole number from 0 to ${LENGTH_MAX}` });
  const patterns = [readClass(characters, faults), readPattern(pattern, faults)].filter((one) => one !== null);
  if (faults.length > before) return null;
  return {
    type: type ?? null,
    choices: choices === undefined ? null : new Set(choices),
    lengthMax: lengthMax ?? Infinity,
    patterns,
  };
}

function checkChoices(choices: readonly string[], faults: PatchFault[]): void {
  if (choices.length === 0 || choices.length > CHOICES_MAX)
    faults.push({ pointer: '/match/choices', detail: `must be 1 to ${CHOICES_MAX} values` });
  const long = choices.findIndex((choice) => choice.length > CHOICE_CHARS_MAX);
  if (long >= 0) faults.push({ pointer: `/match/choices/${long}`, detail: `longer than ${CHOICE_CHARS_MAX} characters` });
}

function readClass(text: string | undefined, faults: PatchFault[]): Pattern | null {
  if (text === undefined) return null;
  const parsed = text.length > CLASS_CHARS_MAX ? null : parsePattern(`^${text}*$`);
  const runs = parsed?.kind === 'pattern' ? parsed.pattern : [];
  // One class and no more: `[a]|^[b]` would read as two alternatives.
  if (parsed?.kind === 'pattern' && runs.length === 1 && runs[0]?.length === 1) return parsed.pattern;
  faults.push({ pointer: '/match/characters', detail: 'must be one class such as [A-Za-z0-9 _-]' });
  return null;
}

function readPattern(text: string | undefined, faults: PatchFault[]): Pattern | null {
  if (text === undefined) return null;
  const parsed = parsePattern(text);
  if (parsed.kind === 'pattern') return parsed.pattern;
  faults.push({ pointer: '/match/pattern', detail: parsed.detail });
  return null;
}

/** What a value fails, or null. A field left blank is no value: whoever must have one checks that. */
export function whyUnfit({ type, choices, lengthMax, patterns }: Constraint, value: string): string | null {
  if (value === '') return null;
  if (value.length > lengthMax) return `longer than ${lengthMax}`;
  if (type !== null && (kindsOf(value) & KIND_OF[type]) === 0) return `not of type ${type}`;
  if (choices !== null && !choices.has(value)) return 'not one of the listed values';
  return patterns.every((pattern) => matchesPattern(pattern, value)) ? null : 'other characters than allowed';
}
