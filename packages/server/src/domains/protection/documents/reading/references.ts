import { emptyRecord, isJson, own, step, type Findings, type Json } from './faults.ts';

const CHAIN_MAX = 16;
const COMPONENTS_MAX = 2000;
const POINTER_CHARS_MAX = 1024;
const SCHEMAS_AT = '#/components/schemas/';
/** OpenAPI 3.1 §4.8.7: names of components. */
const COMPONENT_NAME = /^[A-Za-z0-9._-]{1,128}$/u;
/** JSON Schema 2020-12 §8.2.2. */
const ANCHOR = /^#[A-Za-z_][A-Za-z0-9._-]{0,127}$/u;
const ANCHORS_DEPTH_MAX = 64;

/** A part of the document together with where it stands. */
export interface Part {
  readonly value: unknown;
  readonly pointer: string;
}

/** `alone`: the schema, or one of those that extend it and say so (OpenAPI 3.1 §4.8.25). `joined`: it and no other. */
export type Reach = 'alone' | 'joined';

/** A schema that was referred to and waits to be read. */
export interface Waiting {
  readonly name: string;
  readonly part: Part;
  readonly isFamily: boolean;
}

/**
 * References of one document. Only those that stay within it are followed: what a reference outside leads to could change after
 * somebody accepted it, and asking for it would be a request in our name (CWE-918).
 */
export class References {
  readonly findings: Findings;
  readonly #document: Json;
  /** Target -> name it has in the form that is kept. */
  readonly #schemas = new Map<string, string>();
  readonly #names = new Set<string>();
  readonly #waiting: Waiting[] = [];
  #anchors: ReadonlyMap<string, readonly Part[]> | null = null;
  #heirs: ReadonlyMap<string, readonly Part[]> | null = null;

  constructor(document: Json, findings: Findings) {
    this.#document = document;
    this.findings = findings;
  }

  /** Follows the references of anything but a schema, until something stands there. */
  follow(part: Part): Part | null {
    let at = part;
    for (let steps = 0; steps < CHAIN_MAX; steps += 1) {
      const target = isJson(at.value) ? own(at.value, '$ref') : undefined;
      if (target === undefined) return at;
      const next = this.#find(target, step(at.pointer, '$ref'));
      if (next === null) return null;
      at = next;
    }
    this.findings.fault(part.pointer, `refers to references more than ${CHAIN_MAX} times over`);
    return null;
  }

  /** The reference as it is kept; what it leads to is read once, however often it is referred to. */
  schema(target: unknown, pointer: string, reach: Reach): string | null {
    const found = this.#find(target, pointer);
    if (found === null) return null;
    return this.keep(found, pointer, reach === 'alone' && this.heirsOf(found).length > 0);
  }

  /** The same for a part that was found already. */
  keep(part: Part, pointer: string, isFamily = false): string | null {
    const key = `${isFamily ? 'family' : 'one'} ${part.pointer}`;
    const held = this.#schemas.get(key);
    if (held !== undefined) return SCHEMAS_AT + held;
    if (this.#schemas.size >= COMPONENTS_MAX) {
      this.findings.fault(pointer, `more than ${COMPONENTS_MAX} schemas are referred to`);
      return null;
    }
    const name = this.#nameFor(part.pointer, isFamily);
    this.#schemas.set(key, name);
    this.#names.add(name);
    this.#waiting.push({ name, part, isFamily });
    return SCHEMAS_AT + name;
  }

  /** Reads everything that was referred to, and what that refers to in turn. */
  readAll(read: (waiting: Waiting) => unknown): Record<string, unknown> {
    const schemas = emptyRecord<unknown>();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) schemas[next.name] = read(next);
    return schemas;
  }

  /** What a reference leads to, without keeping it or finding fault with it. */
  peek(target: unknown): Part | null {
    if (typeof target !== 'string' || target.length > POINTER_CHARS_MAX || !target.startsWith('#/')) return null;
    return this.#walk(decodeFragment(target.slice(1)));
  }

  /**
   * Schemas that extend this one by `allOf`, where it has a discriminator and does not list its alternatives itself: whoever
   * refers to it means one of them (OpenAPI 3.1 §4.8.25).
   */
  heirsOf({ value, pointer }: Part): readonly Part[] {
    const isParent =
      isJson(value) &&
      isJson(own(value, 'discriminator')) &&
      own(value, 'oneOf') === undefined &&
      own(value, 'anyOf') === undefined;
    if (!isParent) return [];
    this.#heirs ??= this.#findHeirs();
    return this.#heirs.get(pointer) ?? [];
  }

  #findHeirs(): ReadonlyMap<string, readonly Part[]> {
    const heirs = new Map<string, Part[]>();
    const components = own(this.#document, 'components');
    const schemas = isJson(components) ? own(components, 'schemas') : undefined;
    for (const [name, value] of Object.entries(isJson(schemas) ? schemas : {})) {
      const parents = isJson(value) ? own(value, 'allOf') : undefined;
      for (const parent of Array.isArray(parents) ? (parents as unknown[]) : []) {
        const found = isJson(parent) ? this.peek(own(parent, '$ref')) : null;
        if (found === null) continue;
        const held = heirs.get(found.pointer) ?? [];
        heirs.set(found.pointer, [...held, { value, pointer: step('/components/schemas', name) }]);
      }
    }
    return heirs;
  }

  #nameFor(pointer: string, isFamily: boolean): string {
    const at = `#${pointer}`.startsWith(SCHEMAS_AT) ? pointer.slice(SCHEMAS_AT.length - 1) : '';
    const own = isFamily ? `${at}.family` : at;
    if (at !== '' && COMPONENT_NAME.test(own) && !this.#names.has(own)) return own;
    let number = this.#schemas.size + 1;
    while (this.#names.has(`part.${number}`)) number += 1;
    return `part.${number}`;
  }

  #find(target: unknown, pointer: string): Part | null {
    if (typeof target !== 'string' || target.length > POINTER_CHARS_MAX) {
      this.findings.fault(pointer, `must be a reference of at most ${POINTER_CHARS_MAX} characters`);
      return null;
    }
    if (ANCHOR.test(target)) return this.#findAnchor(target.slice(1), pointer);
    if (target !== '#' && !target.startsWith('#/')) {
      this.findings.fault(
        pointer,
        'refers to something outside of this document; nothing is fetched, so put it into the document',
      );
      return null;
    }
    const found = this.#walk(decodeFragment(target.slice(1)));
    if (found === null) this.findings.fault(pointer, 'leads to nothing in this document');
    return found;
  }

  /** A name that stands at one place is that place, for `$dynamicRef` as well: there is no other to be chosen at run time. */
  #findAnchor(name: string, pointer: string): Part | null {
    this.#anchors ??= anchorsOf(this.#document);
    const [found, ...others] = this.#anchors.get(name) ?? [];
    if (found !== undefined && others.length === 0) return found;
    this.findings.fault(pointer, found === undefined ? 'leads to nothing in this document' : 'leads to several places');
    return null;
  }

  #walk(target: string): Part | null {
    let value: unknown = this.#document;
    let at = '';
    for (const raw of target.split('/').slice(1)) {
      const name = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      value = isJson(value)
        ? own(value, name)
        : Array.isArray(value) && /^\d{1,6}$/u.test(name)
          ? value[Number(name)]
          : undefined;
      at = step(at, name);
      if (value === undefined) return null;
    }
    return { value, pointer: at };
  }
}

/** Every schema of the document that gives itself a name, looked for once and only when a reference uses one. */
function anchorsOf(document: Json): ReadonlyMap<string, readonly Part[]> {
  const anchors = new Map<string, Part[]>();
  let level: Part[] = [{ value: document, pointer: '' }];
  for (let depth = 0; depth < ANCHORS_DEPTH_MAX && level.length > 0; depth += 1) {
    const next: Part[] = [];
    for (const { value, pointer } of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
        const isAnchor = (name === '$anchor' || name === '$dynamicAnchor') && typeof inner === 'string';
        if (isAnchor) anchors.set(inner, [...(anchors.get(inner) ?? []), { value, pointer }]);
        else next.push({ value: inner, pointer: step(pointer, name) });
      }
    }
    level = next;
  }
  return anchors;
}

/** The pointer stands in a URL there (RFC 6901 §6). */
function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
