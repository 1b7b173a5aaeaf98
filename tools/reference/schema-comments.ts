import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, type Comment } from 'oxc-parser';

/**
 * What a setting means stands once: in the comment above it in the schema. This reads those comments, following a schema
 * into the constants that it is made of.
 */
export interface SchemaComments {
  /** The comment above the last key of the path; empty when there is none. */
  find(schema: string, path: readonly string[]): string;
}

interface Known {
  readonly comment: string;
  /** The expression of the key: an inline object, or something that names a constant. */
  readonly value: unknown;
}

type Keys = ReadonlyMap<string, Known>;

export function readSchemaComments(root: string, files: readonly string[]): SchemaComments {
  const constants = new Map<string, unknown>();
  const commentsOf = new Map<unknown, string>();
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    const { program, comments } = parseSync(file, text);
    visit(program, (node) => {
      if (node['type'] === 'VariableDeclarator') constants.set(nameOf(node['id']), node['init']);
      if (node['type'] === 'Property') commentsOf.set(node, commentBefore(node, { text, comments }));
    });
  }
  const keysOf = (expression: unknown): Keys => {
    const literal = findObject(expression, constants);
    const pairs = literal.map((property): [string, Known] => [
      nameOf(property['key']),
      { comment: commentsOf.get(property) ?? '', value: property['value'] },
    ]);
    return new Map(pairs);
  };
  return {
    find(schema, path) {
      let expression: unknown = constants.get(schema);
      let comment = '';
      for (const key of path.filter((part) => part !== '[]')) {
        const known = keysOf(expression).get(key);
        if (known === undefined) return '';
        ({ comment, value: expression } = known);
      }
      return comment;
    },
  };
}

type Node = Readonly<Record<string, unknown>>;

// Every object of the syntax tree is a record; what is read from it is checked where it is used.
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

function visit(value: unknown, onNode: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, onNode);
  else if (isNode(value)) {
    if (typeof value['type'] === 'string') onNode(value);
    for (const child of Object.values(value)) visit(child, onNode);
  }
}

const nameOf = (node: unknown): string => {
  if (!isNode(node)) return '';
  const name = node['name'] ?? node['value'];
  return typeof name === 'string' ? name : '';
};

/** The properties of the first object that the expression is made of: `z.strictObject({…}).prefault({})`, `z.array(someSchema)`. */
function findObject(expression: unknown, constants: ReadonlyMap<string, unknown>): readonly Node[] {
  if (!isNode(expression)) return [];
  if (expression['type'] === 'Identifier') {
    const name = nameOf(expression);
    return name === 'z' ? [] : findObject(constants.get(name), constants);
  }
  if (expression['type'] === 'MemberExpression') return findObject(expression['object'], constants);
  if (expression['type'] !== 'CallExpression') return [];
  const { callee, arguments: given } = expression;
  const first: unknown = Array.isArray(given) ? given[0] : undefined;
  const method = isNode(callee) ? nameOf(callee['property']) : '';
  if (method === 'strictObject' && isNode(first) && Array.isArray(first['properties'])) return first['properties'].filter(isNode);
  if (method === 'array' && first !== undefined) return findObject(first, constants);
  return findObject(callee, constants);
}

interface Source {
  readonly text: string;
  readonly comments: readonly Comment[];
}

/** Only a doc comment counts, and only when nothing but white space stands between it and the key. */
function commentBefore(node: Node, { text, comments }: Source): string {
  const start = Number(node['start']);
  const found = comments.find(
    ({ type, value, end }) => type === 'Block' && value.startsWith('*') && end <= start && text.slice(end, start).trim() === '',
  );
  return (found?.value ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*+\s?/u, '').trim())
    .join(' ')
    .trim();
}
