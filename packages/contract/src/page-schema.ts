/**
 * What `/.holdfast/schema` tells a page about one path: enough to say beforehand what the gateway would refuse, and no more
 * (decision 0040). Types only: `packages/browser` takes nothing else from here.
 */
export interface PageSchema {
  /** Methods that are not listed are refused. */
  readonly refusesOthers: boolean;
  readonly operations: readonly PageOperation[];
}

export interface PageOperation {
  readonly method: string;
  /** Names that are not listed are refused; otherwise only the gateway can say. */
  readonly isClosed: boolean;
  /** Kinds of body it takes; null = not told. */
  readonly bodies: readonly string[] | null;
  /** Kinds of place whose list of names is not complete. */
  readonly open: readonly string[];
  /** Beginnings of `location name` below which anything may stand. */
  readonly anyBelow: readonly string[];
  readonly values: readonly PageValue[];
  /** `reason location name` that the operator has excepted. */
  readonly excepted: readonly string[];
}

/** One value. What is left out is not limited, or only the gateway knows: choices are never told. */
export interface PageValue {
  /** `form email`: location and name. */
  readonly at: string;
  readonly required?: true;
  readonly list?: true;
  /** May not be blank. */
  readonly filled?: true;
  readonly type?: 'integer' | 'number' | 'boolean';
  readonly format?: 'uuid' | 'date' | 'date-time' | 'email' | 'uri';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly word?: true;
  /** Lengths are counted in characters, a surrogate pair being one, and `null` is a text like any other. */
  readonly points?: true;
  /** Alternatives; one of them reads the whole text. */
  readonly pattern?: readonly (readonly PageRun[])[];
}

/** A run of characters of one class: `az09` are pairs of first and last, `L`, `M` and `S` letters, marks and other signs beyond ASCII. */
export type PageRun = readonly [pairs: string, groups: string, min: number, max: number];
