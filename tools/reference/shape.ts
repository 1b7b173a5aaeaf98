/** The parts of a JSON Schema that the pages read. */
export interface Shape {
  /** A list of types is how JSON Schema says "or null". */
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: boolean | Shape;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly secret?: boolean;
}

// JSON Schema writes these bounds when the code has set none.
const UNBOUNDED = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

/** A schema in words: `integer (0 to 64)`, `monitor or enforce`, `list of text (at most 64)`. */
export function inWords(shape: Shape): string {
  if (shape.anyOf !== undefined) return [...new Set(shape.anyOf.map((choice) => inWords(choice)))].join(' or ');
  if (shape.secret === true) return '`env:NAME` or `file:/path`';
  if (shape.const !== undefined) return literal(shape.const);
  if (shape.enum !== undefined) return shape.enum.map((value) => literal(value)).join(', ');
  if (typeof shape.type === 'object') return shape.type.map((type) => inWords({ ...shape, type })).join(' or ');
  if (shape.type === 'null') return 'none';
  if (shape.type === 'array') return `list of ${inWords(shape.items ?? {})}${most(shape.maxItems)}`;
  if (shape.type === 'string') return `${FORMATS.get(shape.format ?? '') ?? 'text'}${most(shape.maxLength)}`;
  return `${TYPES.get(shape.type ?? '') ?? 'any value'}${range(shape)}`;
}

const FORMATS: ReadonlyMap<string, string> = new Map([
  ['uri', 'URL'],
  ['email', 'e-mail address'],
]);
const TYPES: ReadonlyMap<string, string> = new Map([
  ['integer', 'integer'],
  ['number', 'number'],
  ['boolean', '`true` or `false`'],
  ['object', 'settings'],
]);
const literal = (value: unknown): string => `\`${String(value)}\``;
const most = (limit: number | undefined): string => (limit === undefined ? '' : ` (at most ${limit})`);

function range({ minimum, maximum }: Shape): string {
  const low = minimum === undefined || UNBOUNDED.has(minimum) ? null : minimum;
  const high = maximum === undefined || UNBOUNDED.has(maximum) ? null : maximum;
  if (low !== null && high !== null) return ` (${low} to ${high})`;
  if (low !== null) return ` (from ${low})`;
  return high === null ? '' : ` (up to ${high})`;
}

export interface NamedShape {
  /** `['listen', 'https']`; `[]` stands for any item of the list before it. */
  readonly path: readonly string[];
  readonly shape: Shape;
}

const DEPTH_MAX = 8;

/** Every single setting below a schema, in the order of the code. */
export function leavesOf(shape: Shape, path: readonly string[] = []): readonly NamedShape[] {
  if (path.length > DEPTH_MAX) throw new Error(`assertion: ${path.join('.')} is nested deeper than ${DEPTH_MAX}`);
  if (shape.properties !== undefined) {
    return Object.entries(shape.properties).flatMap(([key, child]) => leavesOf(child, [...path, key]));
  }
  if (shape.items?.properties !== undefined) return leavesOf(shape.items, [...path, '[]']);
  return [{ path, shape }];
}
