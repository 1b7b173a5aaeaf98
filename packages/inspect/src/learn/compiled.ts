import type { FieldContext } from '../types.ts';
import type { Pattern } from './pattern.ts';

/** A value's schema made ready: what it must be, and where in the fragment that is said. */
export interface CompiledValue {
  readonly pointer: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'any';
  /** Bit of `KIND`; 0 = no format. */
  readonly format: number;
  readonly choices: ReadonlySet<string> | null;
  readonly minimum: number;
  readonly maximum: number;
  readonly lengthMin: number;
  readonly lengthMax: number;
  readonly pattern: Pattern | null;
  readonly needsWord: boolean;
  readonly context: FieldContext | null;
  readonly isRequired: boolean;
  readonly isList: boolean;
}

export interface CompiledOperation {
  readonly pointer: string;
  /** `location name` -> value. */
  readonly values: ReadonlyMap<string, CompiledValue>;
  readonly required: readonly string[];
  /** Beginnings of document names below which anything may stand, such as `json meta.`. */
  readonly anyBelow: readonly string[];
  /** Locations whose list of names is not complete. */
  readonly openLocations: ReadonlySet<string>;
  readonly unlisted: 'refuse' | 'vocabulary' | 'pass';
  /** Kinds of body it takes, as field locations; null = not told. */
  readonly bodies: ReadonlySet<string> | null;
}

export interface RouteNode {
  readonly literal: Map<string, RouteNode>;
  /** Placeholder (`{number}`, `{name}.css`) -> node. */
  readonly places: { readonly matches: (segment: string) => boolean; readonly key: string; readonly node: RouteNode }[];
  item: CompiledItem | null;
}

export interface CompiledItem {
  readonly pointer: string;
  readonly methods: Map<string, CompiledOperation>;
  readonly refusesOthers: boolean;
}

/** A schema made ready for the request path: lookups, no regular expression of anybody's making. */
export interface CompiledSchema {
  readonly root: RouteNode;
  readonly refusesUnknownRoutes: boolean;
  readonly vocabulary: ReadonlyMap<string, CompiledValue>;
  readonly refusesUnknownNames: boolean;
  readonly operations: number;
}

export interface SchemaFault {
  /** JSON pointer (RFC 6901) into the fragment. */
  readonly pointer: string;
  readonly detail: string;
}

export type CompileResult =
  | { readonly kind: 'compiled'; readonly schema: CompiledSchema }
  | { readonly kind: 'refused'; readonly faults: readonly SchemaFault[] };
