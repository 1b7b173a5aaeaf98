import type { IndicatorKind } from '@holdfast/contract';
import { printPath } from '../pattern/print.ts';
import type { Comparison, ObjectPath, Pattern } from '../pattern/tree.ts';

export interface SimpleValue {
  readonly kind: IndicatorKind;
  readonly value: string;
}

/** Values that one pattern may give; beyond, it is kept as it is. */
const VALUES_MAX = 5000;
const PATHS: ReadonlyMap<string, IndicatorKind> = new Map([
  ['ipv4-addr:value', 'address'],
  ['ipv6-addr:value', 'address'],
  ['network-traffic:src_ref.value', 'address'],
  ['network-traffic:dst_ref.value', 'address'],
  ['domain-name:value', 'host'],
  ['url:value', 'url'],
]);
const AGENT = /^network-traffic:extensions\.'http-request-ext'\.request_header\.'User-Agent'(?:\[(?:\*|0)\])?$/u;

/**
 * The values of a pattern that says no more than that one of them is seen: those are looked up in tables. Null for every other
 * pattern.
 */
export function simpleValuesOf(pattern: Pattern): readonly SimpleValue[] | null {
  if (pattern.kind === 'or') return together(pattern.parts.map((part) => simpleValuesOf(part)));
  return pattern.kind === 'observe' ? valuesOf(pattern.that) : null;
}

function valuesOf(comparison: Comparison): readonly SimpleValue[] | null {
  if (comparison.kind === 'or') return together(comparison.parts.map((part) => valuesOf(part)));
  if (comparison.kind === 'and' || comparison.kind === 'exists' || comparison.isNegated) return null;
  const kind = kindOf(comparison.path);
  if (kind === null) return null;
  if (comparison.kind === 'text') return valueOfText(kind, comparison);
  if (comparison.kind === 'compare' && comparison.operator !== '=') return null;
  const literals = comparison.kind === 'in' ? comparison.set : [comparison.to];
  const values = literals.flatMap((literal) => (literal.kind === 'string' ? [{ kind, value: literal.value }] : []));
  return values.length === literals.length && values.length > 0 ? values : null;
}

/** A network, and `%.example` for whatever is below a name. */
function valueOfText(
  kind: IndicatorKind,
  { operator, to }: Extract<Comparison, { kind: 'text' }>,
): readonly SimpleValue[] | null {
  if (kind === 'address' && operator === 'ISSUBSET') return [{ kind, value: to }];
  const isBelow = kind === 'host' && operator === 'LIKE' && /^%\.[^%_]+$/u.test(to);
  return isBelow ? [{ kind, value: `*${to.slice(1)}` }] : null;
}

function kindOf(path: ObjectPath): IndicatorKind | null {
  const [first, second, more] = path.steps;
  if (path.type === 'file' && first !== undefined && 'key' in first && first.key === 'hashes')
    return second !== undefined && more === undefined && 'key' in second ? 'hash' : null;
  const written = printPath(path);
  return PATHS.get(written) ?? (AGENT.test(written) ? 'agent' : null);
}

function together(parts: readonly (readonly SimpleValue[] | null)[]): readonly SimpleValue[] | null {
  const all: SimpleValue[] = [];
  for (const part of parts) {
    if (part === null || all.length + part.length > VALUES_MAX) return null;
    all.push(...part);
  }
  // `*.example` stands for the name and everything below it: the name alone says no more.
  const below = new Set(all.flatMap(({ kind, value }) => (kind === 'host' && value.startsWith('*.') ? [value.slice(2)] : [])));
  return all.filter(({ kind, value }) => kind !== 'host' || !below.has(value));
}
