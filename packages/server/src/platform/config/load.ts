import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { Refusal, type FieldFault } from '../refusal.ts';
import { FILE_BYTES_MAX, readFileSource } from './file-source.ts';
import { inheritSettings } from './inherit.ts';
import { configLeaves } from './leaves.ts';
import { nearestName } from './nearest.ts';
import { configSchema, type Config } from './schema.ts';
import { isTree, mergeTrees, pointerOf, type Layer, type Origin } from './source.ts';
import { readEnvironment, readFlags, type Environment } from './word-source.ts';

export const CONFIG_FILE_NAME = 'holdfast.yaml';
const FAULTS_MAX = 50;

export interface LoadOptions {
  /** An explicit file must exist; without one `holdfast.yaml` of the folder is read if it is there. */
  readonly file?: string | null | undefined;
  readonly folder: string;
  readonly environment: Environment;
  /** Dotted path to words: `['mode', 'enforce']`. */
  readonly flags?: ReadonlyMap<string, string>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** By pointer; a setting that nobody set is not in it: it is the default. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The file that was read; null = none. */
  readonly file: string | null;
}

/**
 * Defaults < file < environment < flags. All faults of all sources are reported at once, with lines; what is returned is
 * frozen to the bottom.
 *
 * @example const { config } = loadConfig({ folder: process.cwd(), environment: process.env });
 */
export function loadConfig({ file = null, folder, environment, flags = new Map() }: LoadOptions): LoadedConfig {
  const explicit = file ?? environment['HOLDFAST_CONFIG'] ?? null;
  const place = path.resolve(folder, explicit ?? CONFIG_FILE_NAME);
  const text = readConfigFile(place, explicit !== null);
  const layers: Layer[] = [
    ...(text === null ? [] : [readFileSource(text)]),
    readEnvironment(environment, (name) => readSmallFile(path.resolve(folder, name))),
    readFlags(flags),
  ];
  const faults: FieldFault[] = layers.flatMap((layer) => layer.faults);
  const origins = new Map(layers.flatMap((layer) => [...layer.origins]));
  const tree = layers.reduce((merged, layer) => mergeTrees(merged, layer.tree), {});
  const parsed = configSchema.safeParse(inheritSettings(tree));
  if (!parsed.success) faults.push(...parsed.error.issues.flatMap((issue) => toFaults(issue, origins)));
  if (!parsed.success || faults.length > 0) {
    throw new Refusal('config-invalid', {
      errors: faults.slice(0, FAULTS_MAX),
      detail: summary(faults, text === null ? null : place),
    });
  }
  return { config: freeze(parsed.data), origins, file: text === null ? null : place };
}

function readConfigFile(place: string, isRequired: boolean): string | null {
  try {
    return readSmallFile(place);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing && !isRequired) return null;
    const detail = isMissing ? `There is no file ${place}.` : `The file ${place} cannot be read.`;
    throw new Refusal('config-invalid', { detail, cause: error, errors: [{ pointer: '', detail }] });
  }
}

function readSmallFile(place: string): string {
  if (statSync(place).size > FILE_BYTES_MAX) throw new RangeError('file too large');
  return readFileSync(place, 'utf8');
}

/** Zod's words where they are clear, ours where a name is unknown: with the nearest name and the line. */
function toFaults(issue: z.core.$ZodIssue, origins: ReadonlyMap<string, Origin>): FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = nearestName(key, siblings(issue.path));
      const detail = `unknown setting ${key}${near === null ? '' : `; did you mean ${near}?`}`;
      return withPlace({ path: [...issue.path, key], detail, origins });
    });
  }
  return [withPlace({ path: issue.path, detail: issue.message, origins })];
}

function siblings(parent: readonly PropertyKey[]): string[] {
  const depth = parent.length;
  const isChild = (leaf: readonly string[]): boolean => parent.every((key, index) => leaf[index] === key);
  const names = configLeaves().flatMap(({ path: leaf }) => (isChild(leaf) ? [leaf[depth] ?? ''] : []));
  return [...new Set(names)].filter((name) => name !== '');
}

interface Place {
  readonly path: readonly PropertyKey[];
  readonly detail: string;
  readonly origins: ReadonlyMap<string, Origin>;
}

/** The line of the setting, or of the nearest parent that has one. */
function withPlace({ path: where, detail, origins }: Place): FieldFault {
  const pointer = pointerOf(where);
  for (let length = where.length; length > 0; length -= 1) {
    const origin = origins.get(pointerOf(where.slice(0, length)));
    if (origin === undefined || origin.detail === null) continue;
    const line = /^line (\d+)$/u.exec(origin.detail)?.[1];
    if (line !== undefined) return { pointer, detail, line: Number(line) };
    return { pointer, detail: `${detail} (${origin.detail})` };
  }
  return { pointer, detail };
}

function summary(faults: readonly FieldFault[], file: string | null): string {
  const place = file === null ? 'The configuration' : file;
  return `${place} has ${faults.length === 1 ? 'one fault' : `${faults.length} faults`}.`;
}

function freeze<Value>(value: Value): Value {
  if (Array.isArray(value) || isTree(value)) {
    for (const child of Object.values(value)) freeze(child);
    Object.freeze(value);
  }
  return value;
}
