import { configJsonSchema } from './json-schema.ts';

/** How the words of an environment variable or a flag become the value of one setting. */
export type LeafKind = 'text' | 'number' | 'number-or-text' | 'boolean' | 'list' | 'json' | 'reference';

export interface Leaf {
  /** Keys from the root: `['tls', 'acme', 'email']`. */
  readonly path: readonly string[];
  readonly kind: LeafKind;
  readonly isNullable: boolean;
}

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly secret?: boolean;
}

const DEPTH_MAX = 8;

let known: readonly Leaf[] | null = null;

/** Every single setting, read from the schema itself, so that environment and flags can never know less than the file. */
export function configLeaves(): readonly Leaf[] {
  known ??= [...walk(configJsonSchema(), [])];
  return known;
}

function* walk(node: Node, path: readonly string[]): Generator<Leaf> {
  if (node.properties !== undefined && path.length < DEPTH_MAX) {
    for (const [key, child] of Object.entries(node.properties)) yield* walk(child, [...path, key]);
    return;
  }
  const choices = node.anyOf ?? [node];
  const isNullable = choices.some(({ type }) => type === 'null');
  const main = choices.find(({ type }) => type !== 'null') ?? node;
  const isMixed = kindOf(main) === 'number' && choices.some(({ type }) => type === 'string');
  yield { path, kind: isMixed ? 'number-or-text' : kindOf(main), isNullable };
}

function kindOf(node: Node): LeafKind {
  if (node.secret === true) return 'reference';
  switch (node.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return node.items?.type === 'string' ? 'list' : 'json';
    case 'object':
      return 'json';
    case undefined:
    default:
      return 'text';
  }
}

/** Letters and digits only, lower case: `DATABASE__URL`, `DATABASE_URL` and `database.url` meet here. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/gu, '');
}
