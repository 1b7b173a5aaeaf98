import type { Place } from '../diagnostic.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { Condition, Detection, Item } from '../rule/detection.ts';
import type { SigmaRule } from '../rule/read-rule.ts';
import { showTokens } from '../value/tokens.ts';
import type { Value } from '../value/value.ts';
import { makeCheck } from './check.ts';
import { concerns } from './concerns.ts';
import { valuesOf, type Scalar, type SigmaEvent } from './event.ts';

/** A rule asked of an event, step by step. */
export type Explained =
  | { readonly kind: 'all' | 'any'; readonly holds: boolean; readonly parts: readonly Explained[] }
  | { readonly kind: 'not'; readonly holds: boolean; readonly part: Explained }
  | { readonly kind: 'identifier'; readonly holds: boolean; readonly name: string; readonly part: Explained }
  | ExplainedItem;

export interface ExplainedItem {
  readonly kind: 'item';
  readonly holds: boolean;
  /** Null for keywords. */
  readonly field: string | null;
  readonly modifiers: readonly string[];
  readonly values: readonly { readonly value: string; readonly holds: boolean }[];
  readonly isAll: boolean;
  readonly isNegated: boolean;
  /** What the event has in the field. */
  readonly found: readonly Scalar[];
  readonly place: Place;
}

export interface Explanation {
  readonly matches: boolean;
  /** Whether the rule is for events of this log source at all. */
  readonly concerns: boolean;
  readonly condition: Explained;
  /** The items that decide: without one of them it would be otherwise. */
  readonly decisive: readonly ExplainedItem[];
}

/**
 * Says why a rule matches an event, or which part of its condition it fails at. Every value is asked, also where one would
 * have been enough.
 *
 * @example explain(rule, event).decisive.map(({ field, found }) => `${field}: ${found}`)
 */
export function explain(rule: SigmaRule, event: SigmaEvent): Explanation {
  const { identifiers, conditions } = rule.detections;
  const parts = conditions.map((condition) => explainCondition(condition, identifiers, event));
  const [only] = parts;
  const condition = parts.length === 1 && only !== undefined ? only : group('any', parts);
  const isConcerned = concerns(rule.logsource, event.logsources);
  return { matches: isConcerned && condition.holds, concerns: isConcerned, condition, decisive: decisiveOf(condition) };
}

function group(kind: 'all' | 'any', parts: readonly Explained[]): Explained {
  return { kind, parts, holds: kind === 'all' ? parts.every(({ holds }) => holds) : parts.some(({ holds }) => holds) };
}

function explainCondition(condition: Condition, identifiers: ReadonlyMap<string, Detection>, event: SigmaEvent): Explained {
  if (condition.kind === 'identifier') {
    const detection = identifiers.get(condition.name);
    const part = detection === undefined ? group('any', []) : explainDetection(detection, event);
    return { kind: 'identifier', name: condition.name, part, holds: part.holds };
  }
  if (condition.kind === 'not') {
    const part = explainCondition(condition.part, identifiers, event);
    return { kind: 'not', part, holds: !part.holds };
  }
  // Selectors were resolved when the rule was read.
  if (condition.kind === 'selector') return group('any', []);
  return group(
    condition.kind,
    condition.parts.map((part) => explainCondition(part, identifiers, event)),
  );
}

function explainDetection(detection: Detection, event: SigmaEvent): Explained {
  if (detection.kind === 'item') return explainItem(detection, event);
  return group(
    detection.kind,
    detection.parts.map((part) => explainDetection(part, event)),
  );
}

function explainItem(item: Item, event: SigmaEvent): ExplainedItem {
  const { field, modifiers, isAll, isNegated, place } = item;
  const values = item.values.map((value) => ({
    value: showValue(value),
    // An unresolved placeholder is nothing that could be asked.
    holds: isOpen(value) ? false : makeCheck(field, value, DEFAULT_LIMITS.regexStatesMax).test(event),
  }));
  const isMet = isAll ? values.every(({ holds }) => holds) : values.some(({ holds }) => holds);
  const found = field === null ? [] : valuesOf(event, field);
  return { kind: 'item', holds: isMet !== isNegated, field, modifiers, values, isAll, isNegated, found, place };
}

function isOpen(value: Value): boolean {
  return (
    (value.kind === 'text' && value.tokens.some((token) => typeof token === 'string')) ||
    (value.kind === 'regex' && value.expands)
  );
}

function showValue(value: Value): string {
  switch (value.kind) {
    case 'text':
      return showTokens(value.tokens);
    case 'number':
      return String(value.number);
    case 'boolean':
      return String(value.boolean);
    case 'null':
      return 'null';
    case 'exists':
      return value.exists ? 'is there' : 'is not there';
    case 'regex':
      return `/${value.source}/`;
    case 'cidr':
      return value.text;
    case 'compare':
      return `${value.op} ${value.number}`;
    case 'time':
      return `${value.part} ${value.op} ${value.number}`;
    case 'field':
      break;
  }
  return `the field ${value.field}`;
}

/** Of what must hold together, what fails; of alternatives, all that failed; of a match, what made it. */
function decisiveOf(explained: Explained): readonly ExplainedItem[] {
  switch (explained.kind) {
    case 'item':
      return [explained];
    case 'not':
    case 'identifier':
      return decisiveOf(explained.part);
    case 'all':
    case 'any':
      break;
  }
  return explained.parts.filter(({ holds }) => holds === explained.holds).flatMap((part) => decisiveOf(part));
}
