import type { Logsource } from '../document/metadata.ts';
import type { SigmaLimits } from '../limits.ts';
import type { SigmaRule } from '../rule/read-rule.ts';
import { buildAutomaton } from './automaton.ts';
import { AtomTable, coverOf, planRule, type Atom, type Node } from './plan.ts';
import { MESSAGE, type Compiled, type Lists } from './compiled.ts';
import type { Steps } from './steps.ts';

/** Puts all rules together; null when their literals do not fit the automaton that is allowed. */
export function* compileScanner(rules: readonly SigmaRule[], limits: SigmaLimits): Steps<Compiled | null> {
  const table = new AtomTable(limits.regexStatesMax);
  const nodes: Node[] = [];
  for (const rule of rules) {
    nodes.push(planRule(rule, table));
    yield;
  }
  const { wokenBy, always } = yield* assignWakes(nodes, table);
  const { atoms } = table;
  yield;
  const fields = numberFields(atoms);
  const fieldOf = Int32Array.from(atoms, ({ check }) => (check.field === null ? MESSAGE : (fields.get(check.field) ?? MESSAGE)));
  yield;
  const literals = [...new Set(atoms.flatMap(({ check }) => (check.wake.by === 'literal' ? check.wake.literals : [])))];
  yield;
  const built = yield* buildAutomaton(literals, limits.automatonCellsMax);
  if (built === null) return null;
  const { automaton, cut } = built;
  const listeners = listenersOf(atoms, { cut, window: automaton.window });
  yield;
  const woken = toLists(atoms.map((atom) => wokenBy.get(atom.id) ?? []));
  yield;
  return {
    atoms,
    nodes,
    logsources: rules.map((rule): Logsource => rule.logsource),
    automaton,
    listeners,
    woken,
    always,
    fields,
    fieldOf,
    equals: equalsOf(atoms, fieldOf),
    presence: presenceOf(atoms, fieldOf),
  };
}

function* assignWakes(nodes: readonly Node[], table: AtomTable): Steps<{ wokenBy: Map<number, number[]>; always: number[] }> {
  const wokenBy = new Map<number, number[]>();
  const always: number[] = [];
  for (const [rule, node] of nodes.entries()) {
    const cover = coverOf(node, table);
    if (cover === null) always.push(rule);
    for (const atom of cover?.atoms ?? []) {
      const known = wokenBy.get(atom);
      if (known === undefined) wokenBy.set(atom, [rule]);
      else known.push(rule);
    }
    yield;
  }
  return { wokenBy, always };
}

function numberFields(atoms: readonly Atom[]): Map<string, number> {
  const fields = new Map<string, number>();
  for (const { check } of atoms) {
    if (check.field !== null && !fields.has(check.field)) fields.set(check.field, fields.size + 1);
  }
  return fields;
}

function listenersOf(atoms: readonly Atom[], { cut, window }: { cut: readonly string[]; window: number }): Lists {
  const numbers = new Map(cut.map((literal, index) => [literal, index]));
  const listeners: number[][] = cut.map(() => []);
  for (const { id, check } of atoms) {
    if (check.wake.by !== 'literal') continue;
    const heard = new Set(check.wake.literals.map((literal) => numbers.get(literal.slice(0, window)) ?? 0));
    for (const literal of heard) listeners[literal]?.push(id);
  }
  return toLists(listeners);
}

function equalsOf(atoms: readonly Atom[], fieldOf: Int32Array): Compiled['equals'] {
  const equals: ({ texts: Map<string, number[]>; longest: number } | undefined)[] = [];
  for (const { id, check } of atoms) {
    if (check.wake.by !== 'equal') continue;
    const field = fieldOf[id] ?? MESSAGE;
    const of = (equals[field] ??= { texts: new Map<string, number[]>(), longest: 0 });
    const { text } = check.wake;
    of.longest = Math.max(of.longest, text.length);
    const known = of.texts.get(text);
    if (known === undefined) of.texts.set(text, [id]);
    else known.push(id);
  }
  return equals;
}

function presenceOf(atoms: readonly Atom[], fieldOf: Int32Array): Int32Array {
  const presence = new Int32Array(Math.max(0, ...fieldOf) + 1).fill(-1);
  for (const { id, check } of atoms) {
    if (check.value.kind === 'exists' && check.value.exists) presence[fieldOf[id] ?? MESSAGE] = id;
  }
  return presence;
}

function toLists(lists: readonly (readonly number[])[]): Lists {
  const starts = new Int32Array(lists.length + 1);
  for (const [index, list] of lists.entries()) starts[index + 1] = (starts[index] ?? 0) + list.length;
  const items = new Int32Array(starts.at(-1) ?? 0);
  for (const [index, list] of lists.entries()) items.set(list, starts[index] ?? 0);
  return { starts, items };
}
