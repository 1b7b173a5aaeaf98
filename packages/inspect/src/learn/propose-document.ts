import type { ValueSchema } from './propose-parameter.ts';

/** A schema of named values: a form, a document, a part of one. */
export interface ObjectSchema {
  type: 'object';
  properties: Record<string, PropertySchema>;
  required?: string[];
  additionalProperties: boolean;
}
/** `{}` = anything: the place holds now a value and now a document. */
export type PropertySchema = ValueSchema | ObjectSchema | { type: 'array'; items: PropertySchema } | Record<string, never>;

/** The flat names of a document, put back where they stood. */
export interface DocumentNode {
  leaf: { schema: PropertySchema; isRequired: boolean } | null;
  children: Map<string, DocumentNode>;
}

export const newNode = (): DocumentNode => ({ leaf: null, children: new Map() });

/** Names come from visitors: without a prototype there is none to reach (CWE-1321). */
export function emptyRecord<Value>(): Record<string, Value> {
  // An object without a prototype has the declared shape: it is empty.
  return Object.create(null) as Record<string, Value>;
}

/** Puts one value at its place; a name has at most as many parts as it has characters. */
export function addNode(root: DocumentNode, path: readonly string[], leaf: NonNullable<DocumentNode['leaf']>): void {
  let node = root;
  for (const part of path) {
    const next = node.children.get(part) ?? newNode();
    node.children.set(part, next);
    node = next;
  }
  // Now a file and now a text under one name: nothing is said of it.
  node.leaf = node.leaf === null ? leaf : { schema: { type: 'array', items: { type: 'string' } }, isRequired: false };
}

/** The schema of a node. Recursion is bounded by the length of a learned name. */
export function nodeSchema(node: DocumentNode, isClosed: boolean): PropertySchema {
  const { leaf, children } = node;
  if (children.size === 0) return leaf?.schema ?? {};
  const element = children.get('*');
  if (leaf !== null || (element !== undefined && children.size > 1)) return {};
  if (element !== undefined) return { type: 'array', items: nodeSchema(element, isClosed) };
  const properties = emptyRecord<PropertySchema>();
  const required: string[] = [];
  for (const [name, child] of children) {
    properties[name] = nodeSchema(child, isClosed);
    if (isNeeded(child)) required.push(name);
  }
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}), additionalProperties: !isClosed };
}

/** A part of a document must be there when something in it must. Elements of lists never must: a list may be empty. */
function isNeeded({ leaf, children }: DocumentNode): boolean {
  if (leaf !== null) return leaf.isRequired && children.size === 0;
  return !children.has('*') && [...children.values()].some(isNeeded);
}
