import type { SigmaCorrelation } from '../correlation/correlation.ts';
import type { Condition, Detection, Item } from '../rule/detection.ts';
import type { SigmaRule } from '../rule/read-rule.ts';

export type Draft = SigmaRule | SigmaCorrelation;

/** A transformation refuses a rule. */
export class Refused extends Error {}

/** What a pipeline keeps about one rule while it is transformed. */
export class Progress {
  readonly state: Map<string, string> = new Map();
  readonly vars: ReadonlyMap<string, readonly string[]>;
  /** Identifiers of the pipeline items that were applied to the rule. */
  readonly applied: Set<string> = new Set();
  /** The same for single fields and detection items. */
  readonly appliedToField: Map<string, Set<string>> = new Map();
  readonly appliedToItem: WeakMap<Item, ReadonlySet<string>> = new WeakMap();
  /** Fields that a mapping made or knew. */
  readonly mapped: Set<string> = new Set();
  readonly attributes: Map<string, string> = new Map();

  constructor(vars: ReadonlyMap<string, readonly string[]>) {
    this.vars = vars;
  }

  markField(field: string, id: string): void {
    const known = this.appliedToField.get(field);
    if (known === undefined) this.appliedToField.set(field, new Set([id]));
    else known.add(id);
  }

  /** A replaced item keeps what was applied to the one it replaces. */
  markItem(before: Item, after: Item, id: string | null): void {
    const known = this.appliedToItem.get(before) ?? new Set<string>();
    this.appliedToItem.set(after, id === null ? known : new Set([...known, id]));
  }
}

/** Changes every search identifier; what is left with nothing goes out of the conditions as well. */
export function withIdentifiers(rule: SigmaRule, change: (detection: Detection) => Detection | null): SigmaRule {
  const identifiers = new Map<string, Detection>();
  for (const [name, detection] of rule.detections.identifiers) {
    const changed = change(detection);
    if (changed !== null) identifiers.set(name, changed);
  }
  const conditions = rule.detections.conditions.flatMap((condition) => prune(condition, identifiers) ?? []);
  // A rule that asks nothing would match everything.
  if (conditions.length === 0) throw new Refused('nothing is left of the condition');
  return { ...rule, detections: { identifiers, conditions } };
}

function prune(condition: Condition, identifiers: ReadonlyMap<string, Detection>): Condition | null {
  if (condition.kind === 'identifier') return identifiers.has(condition.name) ? condition : null;
  if (condition.kind === 'selector') return condition;
  if (condition.kind === 'not') {
    const part = prune(condition.part, identifiers);
    return part === null ? null : { kind: 'not', part };
  }
  const parts = condition.parts.flatMap((part) => prune(part, identifiers) ?? []);
  return parts.length === 0 ? null : { kind: condition.kind, parts };
}
