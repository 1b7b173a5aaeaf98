/** A constant of STIX patterning. Times stay as written; binaries, however written, are their bytes in lower-case hex. */
export type Literal =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'bytes'; readonly hex: string }
  | { readonly kind: 'time'; readonly value: string };

export type Step = { readonly key: string } | { readonly index: number } | { readonly every: true };

/** `network-traffic:dst_ref.value`: which objects, and which of their properties. */
export interface ObjectPath {
  readonly type: string;
  readonly steps: readonly Step[];
}

export const ORDERS = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Order = (typeof ORDERS)[number];
export const TEXT_TESTS = ['LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET'] as const;
export type TextTest = (typeof TEXT_TESTS)[number];

/** One test of one property. */
export type PropertyTest =
  | {
      readonly kind: 'compare';
      readonly path: ObjectPath;
      readonly isNegated: boolean;
      readonly operator: Order;
      readonly to: Literal;
    }
  | { readonly kind: 'in'; readonly path: ObjectPath; readonly isNegated: boolean; readonly set: readonly Literal[] }
  | {
      readonly kind: 'text';
      readonly path: ObjectPath;
      readonly isNegated: boolean;
      readonly operator: TextTest;
      readonly to: string;
    }
  | { readonly kind: 'exists'; readonly path: ObjectPath; readonly isNegated: boolean };

/** What stands in brackets; `and` binds closer than `or`. */
export type Comparison =
  | PropertyTest
  | { readonly kind: 'and'; readonly parts: readonly Comparison[] }
  | { readonly kind: 'or'; readonly parts: readonly Comparison[] };

/** A whole pattern; closest binds `and`, then `or`, then `followed-by`. */
export type Pattern =
  | { readonly kind: 'observe'; readonly that: Comparison }
  | { readonly kind: 'and'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'or'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'followed-by'; readonly parts: readonly Pattern[] }
  | Qualified;

export type Qualified =
  | { readonly kind: 'within'; readonly part: Pattern; readonly seconds: number }
  | { readonly kind: 'repeats'; readonly part: Pattern; readonly times: number }
  | { readonly kind: 'between'; readonly part: Pattern; readonly start: string; readonly stop: string };
