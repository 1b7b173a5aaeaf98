import type { FieldFault } from '../refusal.ts';

/** Where the value of a setting comes from; what comes later wins. */
export const SOURCES = ['default', 'file', 'environment', 'flag'] as const;
export type Source = (typeof SOURCES)[number];

export interface Origin {
  readonly source: Source;
  /** `line 12`, `HOLDFAST_MODE`, `--mode`. */
  readonly detail: string | null;
}

/** What one source says: a plain tree, and for each path where it stands. */
export interface Layer {
  readonly tree: Readonly<Record<string, unknown>>;
  /** By pointer (RFC 6901). */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly faults: readonly FieldFault[];
}

/** RFC 6901 §3. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A null prototype: a key named `__proto__` is a key like any other and is then refused as unknown. */
export function emptyTree(): Record<string, unknown> {
  // Object.create returns any; this is what it is.
  return Object.create(null) as Record<string, unknown>;
}

export function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function setIn(tree: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let node = tree;
  for (const key of path.slice(0, -1)) {
    const next = node[key];
    const child = isTree(next) ? next : emptyTree();
    node[key] = child;
    node = child;
  }
  const last = path.at(-1);
  if (last !== undefined) node[last] = value;
}

const DEPTH_MAX = 32;

/** Later trees win key by key; lists are replaced whole. */
export function mergeTrees(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
  depth = 0,
): Record<string, unknown> {
  const merged = Object.assign(emptyTree(), base);
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isTree(before) && isTree(value) && depth < DEPTH_MAX ? mergeTrees(before, value, depth + 1) : value;
  }
  return merged;
}
