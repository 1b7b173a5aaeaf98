import type { SchemaLocation } from '@holdfast/contract';
import { pointerOf, type Field, type Sending } from './check.ts';

const DEPTH_MAX = 32;
const FIELDS_MAX = 5_000;
/** Documents within a value: the gateway takes them apart into more fields than stand here. */
const isDocument = (name: string, value: string): boolean =>
  /^\s*[[{]/u.test(value) || (/(?:^|\.)query$/u.test(name) && /[{#]/u.test(value));

/** Fields under which a request would be read by the gateway, as far as they can be known here. */
export class Reading {
  readonly fields: Field[] = [];
  isPart = false;

  #add(field: Field): void {
    const isOpaque = field.isOpaque === true || isDocument(field.name, field.value);
    if (this.fields.length >= FIELDS_MAX || (isOpaque && field.isOpaque !== true)) this.isPart = true;
    if (this.fields.length < FIELDS_MAX) this.fields.push({ ...field, isOpaque });
  }

  addPairs(location: SchemaLocation, pairs: Iterable<readonly [string, string | File]>): void {
    for (const [name, value] of pairs) {
      const isOpaque = typeof value !== 'string';
      this.#add({ location, name, value: isOpaque ? '' : value, pointer: pointerOf(location, name), isOpaque });
    }
  }

  addJson(text: string): void {
    const document = readJson(text);
    if (document === undefined) this.isPart = true;
    else this.#addMember(document, [], 0);
  }

  #addMember(member: unknown, steps: readonly string[], depth: number): void {
    if (depth > DEPTH_MAX) {
      this.isPart = true;
      return;
    }
    const isBranch = typeof member === 'object' && member !== null && !(member instanceof Written);
    const members = isBranch ? Object.entries(member) : [];
    for (const [step, inner] of members) this.#addMember(inner, [...steps, step], depth + 1);
    if (members.length > 0 || (isBranch && steps.length === 0)) return;
    const pointer = steps.map((step) => pointerOf('form', step)).join('');
    this.#add({ location: 'json', name: steps.join('.'), value: isBranch ? '' : textOf(member), pointer });
  }

  sending(method: string): Sending {
    return { method, fields: this.fields, isPart: this.isPart };
  }
}

/** Forms are sent with CR LF (HTML, "form submission"), and lengths are counted there. */
export function* entriesOf(data: FormData): Generator<[string, string | File]> {
  for (const [name, value] of data) yield [asSent(name), typeof value === 'string' ? asSent(value) : value];
}
const asSent = (text: string): string => text.replaceAll(/\r\n?|\n/gu, '\r\n');

const textOf = (member: unknown): string =>
  member instanceof Written ? member.text : typeof member === 'string' ? member : JSON.stringify(member);

/** A number as it is written: `1.0` is not `1` for who counts characters. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function readJson(text: string): unknown {
  try {
    // `context.source` is ES2026 (JSON.parse source text access); TypeScript does not know it yet, older browsers do not give it.
    const revive = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
      typeof value === 'number' ? new Written(context?.source ?? String(value)) : value;
    return JSON.parse(text, revive);
  } catch {
    return undefined;
  }
}
