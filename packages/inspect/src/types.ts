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
  /** The value is the beginning of an uploaded file: only detectors that say so look at it. */
  isFile?: true;
}

/** The one reading of a request that every later step shares. */
export interface CanonicalRequest {
  method: string;
  path: string;
  fields: readonly Field[];
}

/** Families of attack; a later family is one more entry here and one more folder beside `sqli/`. */
export const RULE_GROUPS = [
  'sqli',
  'nosql',
  'xss',
  'cmdi',
  'traversal',
  'inclusion',
  'ssrf',
  'ssti',
  'xxe',
  'ldap',
  'xpath',
  'jndi',
  'code',
  'deserialisation',
  'pollution',
  'crlf',
  'scanner',
] as const;
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
  /** Name of the field. It is the client's choice as much as the value is. */
  name: string;
  /** Which of the two `value` is: names are judged as texts too, and some attacks are names only. */
  part: 'name' | 'value';
  /** The value is the beginning of an uploaded file. */
  isFile?: true;
}
export type Detect = (input: DetectInput) => readonly Evidence[];

/** A family of attack: what it is called, the traits without any of which nothing of it can be there, and its reader. */
export interface Detector {
  group: RuleGroup;
  needs: number;
  /**
   * Looks at uploaded files as well. People upload source code, pages and logs: such a detector says only what makes a file
   * dangerous where it lies, and asks `isFile` before it says anything else.
   */
  files?: true;
  detect: Detect;
}

/**
 * What a field is for, from a schema or from learning. Texts that people write freely, pages that editors save and search
 * boxes hold what would be an attack elsewhere; identifiers and numbers hold nothing of that kind.
 */
export type FieldContext = 'free-text' | 'html' | 'search' | 'url' | 'identifier';

/** Where a field stands: what its context can depend on. */
export type FieldPlace = Pick<Field, 'location' | 'name'>;

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
  /** What the field is known to be for; null when nobody told. */
  context: FieldContext | null;
  /** True when the confidence reaches what this class needs in this context: reason enough to refuse the request. */
  blocks: boolean;
}
