/** Where in a request a value was found. */
export type Location = 'path' | 'query' | 'form' | 'json' | 'multipart' | 'file-name' | 'cookie' | 'header' | 'xml' | 'text';

/** A request as it arrived: nothing decoded yet. */
export interface RawRequest {
  method: string;
  /** Raw request target, origin form (RFC 9112 §3.2.1). */
  target: string;
  /** Names in lower case, in the order they arrived. */
  headers: readonly (readonly [name: string, value: string])[];
  body: Uint8Array | null;
}

/** One value of a request, decoded exactly once by the format that carried it. */
export interface Field {
  location: Location;
  name: string;
  value: string;
}

/** The one reading of a request that every later step shares. */
export interface CanonicalRequest {
  method: string;
  path: string;
  fields: readonly Field[];
}

/** Families of attack; a later family is one more entry here and one more folder beside `sqli/`. */
export const RULE_GROUPS = ['sqli', 'xss', 'cmdi', 'traversal'] as const;
export type RuleGroup = (typeof RULE_GROUPS)[number];

/** One line of the rule catalogue; the reference documentation is generated from these. */
export interface RuleDescription {
  id: string;
  group: RuleGroup;
  title: string;
  explanation: string;
}

/** What a detector reports about one variant of one value. */
export interface Evidence {
  rule: string;
  confidence: number;
  /** Half-open range in the inspected variant, UTF-16 offsets. */
  span: readonly [number, number];
  why: string;
}

/** A detector reads one variant of a value, already measured by the trait scan. */
export interface DetectInput {
  value: string;
  traits: number;
  location: Location;
}
export type Detect = (input: DetectInput) => readonly Evidence[];

/** Evidence together with where it was found and how the value was unwrapped to find it. */
export interface Finding {
  rule: string;
  group: RuleGroup;
  confidence: number;
  location: Location;
  name: string;
  /** Decoding steps from the field's value to the variant that was matched, outermost first. */
  chain: readonly string[];
  span: readonly [number, number];
  /** At most 64 characters of the matched variant. */
  sample: string;
  why: string;
}
