import { MatchFault } from './fault.ts';
import type { Observation, StixObject } from './observation.ts';
import { valuesAt } from './path.ts';
import { predicateOf } from './predicate.ts';
import type { Comparison } from './tree.ts';

/** Ways to choose one object of each type that are tried in one observation. */
const CHOICES_MAX = 4096;

/** Of each type that is asked about, one object; null = there is none. */
type Choice = ReadonlyMap<string, StixObject | null>;
type Objects = ReadonlyMap<string, StixObject>;
type Judge = (choice: Choice, objects: Objects) => boolean;

/** What stands in brackets, made ready. */
export interface Judged {
  readonly types: readonly string[];
  holds(observation: Observation): boolean;
}

/**
 * Makes what stands in brackets ready. All tests of one type are about the same object (STIX 2.1 §9.2); types may be mixed, each
 * with an object of its own.
 */
export function judgeOf(comparison: Comparison): Judged {
  const types = [...typesOf(comparison, new Set())];
  const judge = compile(comparison);
  return { types, holds: (observation) => holdsSomewhere(judge, types, observation) };
}

function typesOf(comparison: Comparison, types: Set<string>): Set<string> {
  if ('parts' in comparison) for (const part of comparison.parts) typesOf(part, types);
  else types.add(comparison.path.type);
  return types;
}

function compile(comparison: Comparison): Judge {
  if ('parts' in comparison) {
    const parts = comparison.parts.map((part) => compile(part));
    return comparison.kind === 'and'
      ? (choice, objects) => parts.every((part) => part(choice, objects))
      : (choice, objects) => parts.some((part) => part(choice, objects));
  }
  const { path } = comparison;
  if (comparison.kind === 'exists') {
    return (choice, objects) => {
      const root = choice.get(path.type) ?? null;
      return (root !== null && valuesAt(root, path, objects).length > 0) !== comparison.isNegated;
    };
  }
  const predicate = predicateOf(comparison);
  return (choice, objects) => {
    const root = choice.get(path.type) ?? null;
    return root !== null && valuesAt(root, path, objects).some((value) => predicate(value));
  };
}

function holdsSomewhere(judge: Judge, types: readonly string[], { byType, objects }: Observation): boolean {
  const lists = types.map((type) => byType.get(type) ?? [null]);
  if (lists.every((list) => list[0] === null)) {
    // Nothing of what is asked about was seen: only what asks that something is absent can hold.
    return judge(new Map(), objects);
  }
  const ways = lists.reduce((product, list) => product * list.length, 1);
  if (ways > CHOICES_MAX) throw new MatchFault('too many objects to choose from');
  for (let way = 0; way < ways; way += 1) {
    const choice = new Map<string, StixObject | null>();
    let rest = way;
    for (const [index, type] of types.entries()) {
      const list = lists[index] ?? [];
      choice.set(type, list[rest % list.length] ?? null);
      rest = Math.floor(rest / list.length);
    }
    if (judge(choice, objects)) return true;
  }
  return false;
}
