import type { FieldFault } from '../refusal.ts';
import { configLeaves, foldName, type Leaf } from './leaves.ts';
import { nearestName } from './nearest.ts';
import { emptyTree, pointerOf, setIn, type Layer, type Origin } from './source.ts';

const PREFIX = 'HOLDFAST_';
const WORD_CHARACTERS_MAX = 65_536;

/** Names under the prefix that are no settings: the file itself, the command line's own, and what tests use. */
const RESERVED = new Set([
  'HOLDFAST_CONFIG',
  'HOLDFAST_TOKEN',
  'HOLDFAST_TOKEN_FILE',
  'HOLDFAST_SERVER',
  'HOLDFAST_SERVER_CA',
  'HOLDFAST_IDENTITY_FILE',
  'HOLDFAST_NO_INPUT',
  'HOLDFAST_DEBUG',
]);
const RESERVED_PREFIX = 'HOLDFAST_TEST_';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings from the environment. `HOLDFAST_TLS__ACME__EMAIL`: `__` nests, case and single `_` do not matter. `…_FILE` reads
 * the value from a file. A secret is not read here: the configuration then holds a reference to the variable or file.
 */
export function readEnvironment(environment: Environment, readFile: (file: string) => string): Layer {
  const target = open();
  const names = Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX))
    .sort();
  for (const name of names) {
    if (RESERVED.has(name) || name.startsWith(RESERVED_PREFIX)) continue;
    const words = environment[name] ?? '';
    const direct = findLeaf(name.slice(PREFIX.length));
    if (direct !== null) {
      put(target, { leaf: direct, words: direct.kind === 'reference' ? asReference(name, words) : words, name });
      continue;
    }
    const viaFile = name.endsWith('_FILE') ? findLeaf(name.slice(PREFIX.length, -'_FILE'.length)) : null;
    if (viaFile === null) {
      target.faults.push(unknownName(name));
      continue;
    }
    try {
      put(target, { leaf: viaFile, words: viaFile.kind === 'reference' ? `file:${words}` : readFile(words).trim(), name });
    } catch {
      target.faults.push({ pointer: pointerOf(viaFile.path), detail: `the file named by ${name} cannot be read` });
    }
  }
  return target;
}

/** `postgres://…` given directly becomes `env:HOLDFAST_DATABASE_URL`; a reference stays what it is. */
function asReference(name: string, words: string): string {
  return /^(?:env|file):/u.test(words) ? words : `env:${name}`;
}

/** Settings from flags: dotted path to words, as the command line collected them: `['listen.https', '0.0.0.0:443']`. */
export function readFlags(flags: ReadonlyMap<string, string>): Layer {
  const target = open();
  for (const [name, words] of flags) {
    const leaf = findLeaf(name);
    if (leaf === null) target.faults.push({ pointer: '', detail: `--${name}: no such setting` });
    else put(target, { leaf, words, name: flagOf(name), source: 'flag' });
  }
  return target;
}

/** `listen.https` is said by `--listen`, `dataDir` by `--data-dir`. */
const flagOf = (name: string): string =>
  `--${(name.split('.')[0] ?? '').replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;

interface Target {
  readonly tree: Record<string, unknown>;
  readonly origins: Map<string, Origin>;
  readonly faults: FieldFault[];
}

const open = (): Target => ({ tree: emptyTree(), origins: new Map(), faults: [] });

function findLeaf(name: string): Leaf | null {
  const folded = foldName(name);
  return configLeaves().find(({ path }) => foldName(path.join('')) === folded) ?? null;
}

interface Words {
  readonly leaf: Leaf;
  readonly words: string;
  readonly name: string;
  readonly source?: 'environment' | 'flag';
}

function put(target: Target, { leaf, words, name, source = 'environment' }: Words): void {
  const pointer = pointerOf(leaf.path);
  const value = words.length > WORD_CHARACTERS_MAX ? undefined : toValue(leaf, words);
  if (value === undefined) {
    target.faults.push({ pointer, detail: `${name} must be ${EXPECTED[leaf.kind]}` });
    return;
  }
  setIn(target.tree, leaf.path, value);
  target.origins.set(pointer, { source, detail: name });
}

const EXPECTED: Readonly<Record<Leaf['kind'], string>> = {
  text: 'text',
  reference: 'text',
  number: 'a number',
  'number-or-text': 'a number or a word',
  boolean: 'true or false',
  list: 'a list separated by commas',
  json: 'JSON',
};

const NUMBER = /^-?\d{1,15}(?:\.\d{1,6})?$/u;

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Undefined = these words cannot be such a value. */
function toValue({ kind, isNullable }: Leaf, words: string): unknown {
  if (isNullable && (words === '' || words === 'null')) return null;
  switch (kind) {
    case 'text':
    case 'reference':
      return words;
    case 'number':
      return NUMBER.test(words) ? Number(words) : undefined;
    case 'number-or-text':
      return NUMBER.test(words) ? Number(words) : words;
    case 'boolean':
      return BOOLEANS.get(words);
    case 'list':
      return words === '' ? [] : words.split(',').map((item) => item.trim());
    case 'json':
      return parseJson(words);
    default:
      return kind satisfies never;
  }
}

function parseJson(words: string): unknown {
  try {
    return JSON.parse(words) as unknown;
  } catch {
    return undefined;
  }
}

function unknownName(name: string): FieldFault {
  const known = configLeaves().map(({ path }) => PREFIX + path.map(toConstant).join('__'));
  const near = nearestName(name, known);
  return { pointer: '', detail: `${name}: no such setting${near === null ? '' : `; did you mean ${near}?`}` };
}

const toConstant = (key: string): string => key.replace(/([a-z0-9])([A-Z])/gu, '$1_$2').toUpperCase();
