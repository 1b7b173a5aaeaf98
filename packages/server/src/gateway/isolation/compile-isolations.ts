import type { Isolation } from '@holdfast/contract';
import { createRouteTable, type RouteTable } from '@holdfast/inspect';
import type { PrefixSet } from '../limits/prefix-set.ts';
import { buildPrefixSet } from '../limits/prefix-trie.ts';

const REST = '/**';

/** One that is ready: who still comes through is a look-up. */
export interface Isolated {
  readonly rule: Isolation;
  /** Null = nobody. */
  readonly allows: PrefixSet | null;
}

/** What is cut off of one application. */
export interface IsolatedParts {
  readonly whole: readonly Isolated[];
  readonly readOnly: readonly Isolated[];
  /** Null = no single route is. */
  readonly routes: RouteTable<Isolated> | null;
}

export interface CompiledIsolations {
  /** By application; empty = nothing is cut off, which is all that a request then looks at. */
  readonly parts: ReadonlyMap<string, IsolatedParts>;
  /** As it was written, to see whether it is what it was before. */
  readonly written: string;
}

/** Makes what is cut off ready. What is the same as before is taken over. */
export function compileIsolations(isolations: readonly Isolation[], previous: CompiledIsolations | null): CompiledIsolations {
  const written = JSON.stringify(isolations);
  if (previous?.written === written) return previous;
  const parts = new Map<string, IsolatedParts>();
  for (const [application, rules] of Map.groupBy(isolations, (rule) => rule.application)) parts.set(application, compile(rules));
  return { parts, written };
}

function compile(rules: readonly Isolation[]): IsolatedParts {
  const ready = rules.map((rule) => ({ rule, allows: allowsOf(rule) }));
  const routed = ready.filter(({ rule }) => rule.kind === 'route');
  return {
    whole: ready.filter(({ rule }) => rule.kind === 'application'),
    readOnly: ready.filter(({ rule }) => rule.kind === 'read-only'),
    routes: routed.length === 0 ? null : tableOf(routed),
  };
}

/** A prefix that cannot be read lets nobody through. */
function allowsOf({ allow }: Isolation): PrefixSet | null {
  return allow.length === 0 ? null : buildPrefixSet(allow.map((prefix) => ({ prefix, value: 1 }))).set;
}

function tableOf(routed: readonly Isolated[]): RouteTable<Isolated> {
  const table = createRouteTable<Isolated>();
  for (const one of routed) {
    const route = one.rule.route ?? '/';
    if (route.endsWith(REST)) table.addBelow(route.slice(0, -REST.length), one);
    else table.add(route, one);
  }
  return table;
}
