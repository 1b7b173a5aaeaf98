import { emptyRecord, isJson, own, step, type Findings, type Json } from './faults.ts';

const CHAIN_MAX = 16;
const COMPONENTS_MAX = 2000;
const POINTER_CHARS_MAX = 1024;
const SCHEMAS_AT = '#/components/schemas/';
/** OpenAPI 3.1 §4.8.7: names of components. */
const COMPONENT_NAME = /^[A-Za-z0-9._-]{1,128}$/u;

/** A part of the document together with where it stands. */
export interface Part {
  readonly value: unknown;
  readonly pointer: string;
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
  /** Schemas that were referred to and wait to be read. */
  readonly #waiting: { readonly name: string; readonly part: Part }[] = [];

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
  schema(target: unknown, pointer: string): string | null {
    const found = this.#find(target, pointer);
    if (found === null) return null;
    const held = this.#schemas.get(found.pointer);
    if (held !== undefined) return SCHEMAS_AT + held;
    if (this.#schemas.size >= COMPONENTS_MAX) {
      this.findings.fault(pointer, `more than ${COMPONENTS_MAX} schemas are referred to`);
      return null;
    }
    const name = this.#nameFor(found.pointer);
    this.#schemas.set(found.pointer, name);
    this.#waiting.push({ name, part: found });
    return SCHEMAS_AT + name;
  }

  /** Reads everything that was referred to, and what that refers to in turn. */
  readAll(read: (part: Part) => unknown): Record<string, unknown> {
    const schemas = emptyRecord<unknown>();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) schemas[next.name] = read(next.part);
    return schemas;
  }

  /** What a reference leads to, without keeping it or finding fault with it. */
  peek(target: unknown): unknown {
    if (typeof target !== 'string' || target.length > POINTER_CHARS_MAX || !target.startsWith('#/')) return null;
    return this.#walk(decodeFragment(target.slice(1)))?.value ?? null;
  }

  #nameFor(pointer: string): string {
    const own = `#${pointer}`.startsWith(SCHEMAS_AT) ? pointer.slice(SCHEMAS_AT.length - 1) : '';
    const taken = new Set(this.#schemas.values());
    if (COMPONENT_NAME.test(own) && !taken.has(own)) return own;
    let number = this.#schemas.size + 1;
    while (taken.has(`part.${number}`)) number += 1;
    return `part.${number}`;
  }

  #find(target: unknown, pointer: string): Part | null {
    if (typeof target !== 'string' || target.length > POINTER_CHARS_MAX) {
      this.findings.fault(pointer, `must be a reference of at most ${POINTER_CHARS_MAX} characters`);
      return null;
    }
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

/** The pointer stands in a URL there (RFC 6901 §6). */
function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
