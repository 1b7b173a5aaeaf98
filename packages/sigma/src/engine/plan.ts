import type { SigmaRule } from '../rule/read-rule.ts';
import type { Condition, Detection, Item } from '../rule/detection.ts';
import type { Value } from '../value/value.ts';
import { checkKey, makeCheck, type Check } from './check.ts';

/** A question about an event that is asked once, however many rules have it. */
export interface Atom {
  readonly id: number;
  readonly check: Check;
  /** The scan of the event answers it; the others are asked when a rule needs them. */
  readonly isScanned: boolean;
}

/** The condition of a rule over atoms. */
export type Node =
  | { readonly kind: 'atom'; readonly atom: number }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Node[] }
  | { readonly kind: 'not'; readonly part: Node };

/** Atoms of which at least one holds whenever the rule does; null when the rule can hold without any. */
export interface Cover {
  readonly atoms: readonly number[];
  readonly cost: number;
}

/** Collects the atoms of all rules. */
export class AtomTable {
  readonly atoms: Atom[] = [];
  /** By atom: how often rules ask it. */
  readonly uses: number[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #regexStatesMax: number;

  constructor(regexStatesMax: number) {
    this.#regexStatesMax = regexStatesMax;
  }

  intern(field: string | null, value: Value): number {
    const key = checkKey(field, value);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.uses[known] = (this.uses[known] ?? 0) + 1;
      return known;
    }
    const check = makeCheck(field, value, this.#regexStatesMax);
    const id = this.atoms.length;
    this.atoms.push({ id, check, isScanned: check.wake.by === 'equal' || check.wake.by === 'literal' || isPresence(value) });
    this.uses.push(1);
    this.#byKey.set(key, id);
    return id;
  }

  /** The atom that holds when the field is there. */
  presence(field: string): number {
    return this.intern(field, { kind: 'exists', exists: true });
  }

  at(id: number): Atom {
    const atom = this.atoms[id];
    console.assert(atom !== undefined);
    return atom as Atom;
  }
}

function isPresence(value: Value): boolean {
  return value.kind === 'exists' && value.exists;
}

/** The conditions of a rule as one tree over atoms. */
export function planRule(rule: SigmaRule, table: AtomTable): Node {
  const planned = new Map<string, Node>();
  for (const [name, detection] of rule.detections.identifiers) planned.set(name, planDetection(detection, table));
  const parts = rule.detections.conditions.map((condition) => planCondition(condition, { planned, table }));
  return join('any', parts, table);
}

function planCondition(condition: Condition, context: { planned: ReadonlyMap<string, Node>; table: AtomTable }): Node {
  switch (condition.kind) {
    case 'identifier':
      return context.planned.get(condition.name) ?? NEVER;
    case 'selector':
      // Selectors were resolved when the rule was read.
      return NEVER;
    case 'not':
      return { kind: 'not', part: planCondition(condition.part, context) };
    case 'all':
    case 'any':
      break;
  }
  const parts = condition.parts.map((part) => planCondition(part, context));
  return join(condition.kind, parts, context.table);
}

const NEVER: Node = { kind: 'any', parts: [] };

function planDetection(detection: Detection, table: AtomTable): Node {
  if (detection.kind === 'item') return planItem(detection, table);
  return join(
    detection.kind,
    detection.parts.map((part) => planDetection(part, table)),
    table,
  );
}

function planItem(item: Item, table: AtomTable): Node {
  const parts: Node[] = item.values.map((value) => ({ kind: 'atom', atom: table.intern(item.field, value) }));
  const node = join(item.isAll ? 'all' : 'any', parts, table);
  return item.isNegated ? { kind: 'not', part: node } : node;
}

/** What the scan has answered already is asked first. */
function join(kind: 'all' | 'any', parts: readonly Node[], table: AtomTable): Node {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const rank = (node: Node): number => (node.kind === 'atom' ? (table.at(node.atom).isScanned ? 0 : 2) : 1);
  return { kind, parts: parts.toSorted((a, b) => rank(a) - rank(b)) };
}

export function coverOf(node: Node, table: AtomTable): Cover | null {
  if (node.kind === 'atom') return coverOfAtom(node.atom, table);
  if (node.kind === 'not') return null;
  const covers = node.parts.map((part) => coverOf(part, table));
  return node.kind === 'all' ? cheapest(covers) : together(covers);
}

function cheapest(covers: readonly (Cover | null)[]): Cover | null {
  let best: Cover | null = null;
  for (const cover of covers) if (cover !== null && (best === null || cover.cost < best.cost)) best = cover;
  return best;
}

function together(covers: readonly (Cover | null)[]): Cover | null {
  const atoms = new Set<number>();
  let cost = 0;
  for (const cover of covers) {
    if (cover === null) return null;
    for (const atom of cover.atoms) atoms.add(atom);
    cost += cover.cost;
  }
  return { atoms: [...atoms], cost };
}

function coverOfAtom(id: number, table: AtomTable): Cover | null {
  const { check, isScanned } = table.at(id);
  const { wake } = check;
  if (isScanned) return { atoms: [id], cost: costOf(check, table.uses[id] ?? 1) };
  if (wake.by !== 'field' || check.field === null) return null;
  return { atoms: [table.presence(check.field)], cost: 1 };
}

/**
 * A guess of how often an atom holds: long texts seldom, short ones and numbers (event codes, methods) often. A value that many
 * rules ask for is one that many events have.
 */
function costOf({ wake }: Check, uses: number): number {
  if (wake.by === 'equal') return (wake.text.length > 6 ? 0.03 : 0.1) * (1 + Math.log2(uses));
  if (wake.by !== 'literal') return 1;
  return wake.literals.reduce((sum, literal) => sum + 0.6 * 0.6 ** literal.length, 0);
}
