import { contains, parseAddress } from '../value/cidr.ts';
import { fold } from '../value/fold.ts';
import { timePartOf } from '../value/time-part.ts';
import { compare, numberOf, type Value } from '../value/value.ts';
import { haystacks, valuesOf, type Scalar, type SigmaEvent } from './event.ts';
import { compilePattern, matchesPattern, type Pattern } from './pattern.ts';
import { Regex } from '../regex/regex.ts';

/** What tells the engine that a check could hold, so that it need not ask on every event. */
export type Wake =
  /** The value is exactly this, folded; nothing more to ask. */
  | { readonly by: 'equal'; readonly text: string }
  /** The value holds one of these, folded; `shape` says that nothing more is to ask than where it stands. */
  | { readonly by: 'literal'; readonly literals: readonly string[]; readonly shape: Pattern['shape'] }
  /** The field is there. */
  | { readonly by: 'field' }
  /** Holds also where nothing is. */
  | { readonly by: 'nothing' };

/** One value of a rule, ready to be asked of events. */
export interface Check {
  readonly field: string | null;
  readonly value: Value;
  readonly wake: Wake;
  /** For checks on text: whether this one text holds it. */
  readonly testText: ((text: string, folded: string) => boolean) | null;
  readonly test: (event: SigmaEvent) => boolean;
}

export function makeCheck(field: string | null, value: Value, regexStatesMax: number): Check {
  const text = textTest(value, regexStatesMax);
  if (text !== null) {
    const { testText, wake } = text;
    return { field, value, wake, testText, test: (event) => anyText(event, field, testText) };
  }
  const name = field ?? '';
  const wake: Wake = isOfAbsence(value) ? { by: 'nothing' } : { by: 'field' };
  return { field, value, wake, testText: null, test: (event) => testField(value, name, event) };
}

function isOfAbsence(value: Value): boolean {
  return value.kind === 'null' || (value.kind === 'exists' && !value.exists);
}

function anyText(event: SigmaEvent, field: string | null, test: (text: string, folded: string) => boolean): boolean {
  if (field === null) {
    for (const text of haystacks(event)) if (test(text, fold(text))) return true;
    return false;
  }
  return valuesOf(event, field).some((scalar) => {
    if (scalar === null) return false;
    const text = String(scalar);
    return test(text, fold(text));
  });
}

type TextTest = { readonly testText: (text: string, folded: string) => boolean; readonly wake: Wake };

function textTest(value: Value, regexStatesMax: number): TextTest | null {
  if (value.kind === 'text') return patternTest(compilePattern(value.tokens, value.cased));
  if (value.kind === 'number') return equalTest(String(value.number));
  if (value.kind === 'boolean') return equalTest(String(value.boolean));
  if (value.kind !== 'regex') return null;
  const regex = new Regex(value.source, value.flags, regexStatesMax);
  const literals = regex.required;
  const wake: Wake = literals?.every(isTelling) === true ? { by: 'literal', literals, shape: null } : { by: 'field' };
  return { testText: (text) => regex.test(text), wake };
}

function equalTest(wanted: string): TextTest {
  return { testText: (_text, folded) => folded === wanted, wake: { by: 'equal', text: wanted } };
}

function patternTest(pattern: Pattern): TextTest {
  if (pattern.shape === 'whole') return equalTest(pattern.pieces[0]?.text ?? '');
  const testText = (text: string, folded: string): boolean => matchesPattern(pattern, pattern.cased ? text : folded);
  if (pattern.literal === null || !isTelling(pattern.literal)) return { testText, wake: { by: 'field' } };
  return { testText, wake: { by: 'literal', literals: [pattern.literal], shape: pattern.shape } };
}

/** One character alone stands in nearly every text: who waits for it is asked when it matters. */
function isTelling(literal: string): boolean {
  return literal.length > 1;
}

function testField(value: Value, field: string, event: SigmaEvent): boolean {
  const scalars = valuesOf(event, field);
  if (value.kind === 'null') return scalars.length === 0 || scalars.includes(null);
  if (value.kind === 'exists') return event.fields.has(field) === value.exists;
  if (value.kind === 'field') return scalars.some((scalar) => refersTo(scalar, value, event));
  return scalars.some((scalar) => scalar !== null && testScalar(value, scalar));
}

function testScalar(value: Value, scalar: string | number | boolean): boolean {
  if (value.kind === 'cidr') {
    const address = typeof scalar === 'string' ? parseAddress(scalar) : null;
    return address !== null && contains(value.network, address);
  }
  if (value.kind === 'compare') {
    const number = numberOf(scalar);
    return number !== null && compare(number, value.op, value.number);
  }
  if (value.kind !== 'time') return false;
  const part = typeof scalar === 'boolean' ? null : timePartOf(scalar, value.part);
  return part !== null && compare(part, value.op, value.number);
}

type Reference = Extract<Value, { kind: 'field' }>;

function refersTo(scalar: Scalar, value: Reference, event: SigmaEvent): boolean {
  if (scalar === null) return false;
  const left = value.cased ? String(scalar) : fold(String(scalar));
  return valuesOf(event, value.field).some((other) => {
    if (other === null) return false;
    return standsIn(left, value.cased ? String(other) : fold(String(other)), value.place);
  });
}

function standsIn(text: string, part: string, place: Reference['place']): boolean {
  if (place === 'start') return text.startsWith(part);
  if (place === 'end') return text.endsWith(part);
  return place === 'anywhere' ? text.includes(part) : text === part;
}

/** Two checks that ask the same of the same field are one. */
export function checkKey(field: string | null, value: Value): string {
  return JSON.stringify([field, value]);
}
