import { judgeOf, MatchFault, parseComparison, PatternFault, type Comparison, type Literal } from '../../../detection/index.ts';
import { dictionaryOf, isNumeric, type TypedValue, type Values } from './values.ts';

export const CONDITION_CHARS_MAX = 4000;

export type Verdict =
  | { readonly kind: 'decided'; readonly holds: boolean }
  /** It cannot be said: the step fails. */
  | { readonly kind: 'fault'; readonly detail: string };

export interface Condition {
  /** Variables that it asks about, with their underscores. */
  readonly names: readonly string[];
  readonly comparison: Comparison;
}

export type ReadCondition =
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'fault'; readonly detail: string };

const VARIABLE = /^__[A-Za-z_][A-Za-z0-9_-]{0,199}__$/u;

/**
 * Reads a condition: the comparison grammar of STIX patterning over `__variable__:value` (CACAO 2.0 §4.9, §10.18). Written with the
 * `$$` of texts, or in the brackets of a whole pattern, it is the same.
 */
export function readCondition(text: string): ReadCondition {
  if (text.length > CONDITION_CHARS_MAX) return { kind: 'fault', detail: `longer than ${CONDITION_CHARS_MAX} characters` };
  const plain = unwrapped(text);
  try {
    const comparison = parseComparison(plain);
    const names = [...namesOf(comparison, new Set())];
    const alien = names.find((name) => !VARIABLE.test(name));
    if (alien !== undefined) return { kind: 'fault', detail: `${alien} is no variable: __name__:value expected` };
    if (!everyTest(comparison, isOfValue))
      return { kind: 'fault', detail: 'only the value of a variable can be asked for: __name__:value' };
    // What cannot be made ready now, such as an expression that is not linear, cannot be later.
    judgeOf(comparison);
    return { kind: 'condition', condition: { names, comparison } };
  } catch (error) {
    return faultOf(error);
  }
}

/** Reads each text once: whoever judges a document asks for its conditions more than once. */
export function createReader(): (text: string) => ReadCondition {
  const known = new Map<string, ReadCondition>();
  return (text) => {
    const read = known.get(text) ?? readCondition(text);
    known.set(text, read);
    return read;
  };
}

/** @example judgeCondition('__hits__:value > 3', new Map([['__hits__', { type: 'integer', value: '4' }]])) // decided: true */
export function judgeCondition(text: string, values: Values): Verdict {
  const read = readCondition(text);
  if (read.kind === 'fault') return read;
  const { names, comparison } = read.condition;
  const missing = names.find((name) => !values.has(name));
  if (missing !== undefined) return { kind: 'fault', detail: `${missing} is not declared` };
  try {
    const objects = new Map(names.map((name) => [name, observedOf(values.get(name))]));
    const byType = new Map([...objects].map(([name, object]) => [name, [object]]));
    const judged = judgeOf(fitted(comparison, values));
    return { kind: 'decided', holds: judged.holds({ objects, byType, firstAt: 0n, lastAt: 0n, times: 1 }) };
  } catch (error) {
    return faultOf(error);
  }
}

/** The variable that a switch asks about, written with or without `$$`; null = it names none. */
export function switchVariable(expression: string): string | null {
  const plain = unwrapped(expression.slice(0, CONDITION_CHARS_MAX)).trim();
  const name = plain.endsWith(':value') ? plain.slice(0, -':value'.length) : plain;
  return VARIABLE.test(name) ? name : null;
}

/** The step of a switch that is taken (CACAO 2.0 §4.11): of the value itself, else of `default`, else none. */
export function chosenCase(expression: string, cases: ReadonlyMap<string, string>, values: Values): string | null {
  const name = switchVariable(expression);
  const value = name === null ? null : (values.get(name)?.value ?? null);
  return (value === null ? undefined : cases.get(value)) ?? cases.get('default') ?? null;
}

function unwrapped(text: string): string {
  const bare = text.replaceAll(/\$\$(__[A-Za-z0-9_-]{1,203}:value)\$\$/gu, '$1').trim();
  return bare.startsWith('[') && bare.endsWith(']') ? bare.slice(1, -1) : bare;
}

type Test = Exclude<Comparison, { readonly parts: readonly Comparison[] }>;

function namesOf(comparison: Comparison, names: Set<string>): Set<string> {
  if ('parts' in comparison) for (const part of comparison.parts) namesOf(part, names);
  else names.add(comparison.path.type);
  return names;
}

function everyTest(comparison: Comparison, holds: (test: Test) => boolean): boolean {
  return 'parts' in comparison ? comparison.parts.every((part) => everyTest(part, holds)) : holds(comparison);
}

function isOfValue({ path }: Test): boolean {
  const [first] = path.steps;
  return first !== undefined && 'key' in first && first.key === 'value';
}

/** A value of a playbook is always text: what it is compared as, its type says. An unknown one is not there. */
function observedOf(given: TypedValue | undefined): Readonly<Record<string, unknown>> {
  if (given === undefined || given.value === null) return {};
  const { type, value } = given;
  if (type === 'bool') return { value: value === 'true' ? true : value === 'false' ? false : value };
  if (isNumeric(type)) return { value: value !== '' && Number.isFinite(Number(value)) ? Number(value) : value };
  return { value: type === 'dictionary' ? (dictionaryOf(value) ?? value) : value };
}

/** Constants in the type of the variable: `'5'` is 5 beside an integer, and 5 is `'5'` beside a text. */
function fitted(comparison: Comparison, values: Values): Comparison {
  if ('parts' in comparison) return { ...comparison, parts: comparison.parts.map((part) => fitted(part, values)) };
  const type = values.get(comparison.path.type)?.type ?? 'string';
  if (comparison.kind === 'compare') return { ...comparison, to: literalAs(type, comparison.to) };
  if (comparison.kind === 'in') return { ...comparison, set: comparison.set.map((literal) => literalAs(type, literal)) };
  return comparison;
}

function literalAs(type: string, literal: Literal): Literal {
  if (type === 'dictionary') return literal;
  if (literal.kind === 'string') {
    if (isNumeric(type) && literal.value !== '' && Number.isFinite(Number(literal.value)))
      return { kind: 'number', value: Number(literal.value) };
    return type === 'bool' && (literal.value === 'true' || literal.value === 'false')
      ? { kind: 'boolean', value: literal.value === 'true' }
      : literal;
  }
  const isText = !isNumeric(type) && type !== 'bool';
  return isText && (literal.kind === 'number' || literal.kind === 'boolean')
    ? { kind: 'string', value: String(literal.value) }
    : literal;
}

function faultOf(error: unknown): { readonly kind: 'fault'; readonly detail: string } {
  if (error instanceof PatternFault || error instanceof MatchFault) return { kind: 'fault', detail: error.message.slice(0, 300) };
  throw error;
}
