import type { Logsource } from '../document/metadata.ts';
import type { Automaton } from './automaton.ts';
import type { Atom, Node } from './plan.ts';

/** What compilation leaves for matching; lists of lists are flat, with the place where each begins. */
export interface Compiled {
  readonly atoms: readonly Atom[];
  readonly nodes: readonly Node[];
  readonly logsources: readonly Logsource[];
  readonly automaton: Automaton;
  /** Atoms that listen to a literal of the automaton. */
  readonly listeners: Lists;
  /** Rules that an atom wakes. */
  readonly woken: Lists;
  /** Rules that nothing wakes, because they can hold where nothing is. */
  readonly always: readonly number[];
  readonly fields: ReadonlyMap<string, number>;
  /** By atom: number of its field; 0 is the whole message. */
  readonly fieldOf: Int32Array;
  /** By field: atoms by the text that the value must be. */
  readonly equals: readonly (Equals | undefined)[];
  /** By field: the atom that holds when it is there, or -1. */
  readonly presence: Int32Array;
}

export interface Equals {
  readonly texts: ReadonlyMap<string, readonly number[]>;
  readonly longest: number;
}

export interface Lists {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

/** The message, or every value where there is none, counts as this field. */
export const MESSAGE = 0;
