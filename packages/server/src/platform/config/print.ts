import { configLeaves } from './leaves.ts';
import type { LoadedConfig } from './load.ts';
import { isTree, pointerOf, type Source } from './source.ts';

export interface PrintedSetting {
  /** `tls.acme.email`. */
  readonly name: string;
  readonly value: unknown;
  readonly source: Source;
  readonly detail: string | null;
}

/** Every setting with its value and where it comes from. Secrets are references already; passwords inside URLs go too. */
export function describeConfig({ config, origins }: LoadedConfig): readonly PrintedSetting[] {
  return configLeaves().map(({ path }) => {
    const pointer = pointerOf(path);
    // A list or an object is the file's when one of its parts is.
    const origin = origins.get(pointer) ?? [...origins].find(([at]) => at.startsWith(`${pointer}/`))?.[1];
    return {
      name: path.join('.'),
      value: redact(valueAt(config, path)),
      source: origin?.source ?? 'default',
      detail: origin?.detail ?? null,
    };
  });
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  let value = tree;
  for (const key of path) value = isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

const DEPTH_MAX = 16;

/** Takes user and password out of every URL. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replace(/^([a-z][a-z0-9+.-]{1,20}:\/\/)[^/@\s]{1,256}@/iu, '$1[redacted]@');
  if (depth > DEPTH_MAX) return null;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, redact(child, depth + 1)]));
  return value;
}
