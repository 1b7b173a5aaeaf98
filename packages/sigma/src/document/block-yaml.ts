import type { SigmaLimits } from '../limits.ts';
import { plainScalar } from './scalar.ts';
import { Lines, pointerTo, TextPlace } from './text-place.ts';
import type { Yaml, YamlEntry, YamlList, YamlMap, YamlScalar } from './yaml-tree.ts';

/** What this reader leaves to the one of the whole language. */
class Unusual extends Error {}

/** Tabs, carriage returns, controls and byte order marks. */
// oxlint-disable-next-line no-control-regex -- it is about control characters
const ODD = /[\0-\t\v-\u{1F}\u{7F}\u{FEFF}]/u;
const NO_START = new Set('-?:,[]{}#&*!|>\'"%@`');
const KEY_CHARS_MAX = 1000;
const END_OF_DOCUMENT = -1;

/**
 * Reads the YAML that rules are written in: maps and lists by indentation, values on one line or behind `|`. It takes a fifth of the
 * time of a reader of the whole language, and there are thousands of files. Null for whatever is more than that, or wrong: the
 * other reader has the last word, and says what is wrong. A test holds both against each other.
 */
export function readBlockYaml(text: string, limits: SigmaLimits): readonly YamlMap[] | null {
  if (ODD.test(text)) return null;
  try {
    return new BlockReader(text, limits).documents();
  } catch (error) {
    if (error instanceof Unusual) return null;
    throw error;
  }
}

class BlockReader {
  readonly #text: string;
  readonly #lines: Lines;
  readonly #limits: SigmaLimits;
  #nodes = 0;
  /** The line that is read: where it begins, its first character that counts, its end, and how far it is indented. */
  #begin = 0;
  #start = 0;
  #end = -1;
  #indent = 0;

  constructor(text: string, limits: SigmaLimits) {
    this.#text = text;
    this.#lines = new Lines(text);
    this.#limits = limits;
  }

  documents(): readonly YamlMap[] {
    const documents: YamlMap[] = [];
    this.#advance();
    while (this.#begin < this.#text.length) {
      if (this.#indent === END_OF_DOCUMENT) this.#advance();
      else {
        this.#nodes = 0;
        this.#count(0);
        documents.push(this.#map('', 0));
        if (this.#indent !== END_OF_DOCUMENT) throw new Unusual();
      }
    }
    return documents;
  }

  /** To the next line that is neither empty nor a comment. */
  #advance(): void {
    const text = this.#text;
    for (;;) {
      this.#begin = this.#end + 1;
      if (this.#begin >= text.length) {
        this.#indent = END_OF_DOCUMENT;
        return;
      }
      const end = text.indexOf('\n', this.#begin);
      this.#end = end === -1 ? text.length : end;
      this.#start = this.#skipSpaces(this.#begin);
      if (this.#start < this.#end && text[this.#start] !== '#') break;
    }
    this.#indent = this.#start - this.#begin;
    if (this.#indent === 0 && this.#isMarker()) this.#indent = END_OF_DOCUMENT;
  }

  #isMarker(): boolean {
    const text = this.#text;
    if (text.startsWith('---', this.#start)) {
      if (!this.#isEndOfValue(this.#start + 3)) throw new Unusual();
      return true;
    }
    if (text.startsWith('...', this.#start) || text[this.#start] === '%') throw new Unusual();
    return false;
  }

  #skipSpaces(from: number): number {
    let at = from;
    while (this.#text.charCodeAt(at) === 0x20) at += 1;
    return at;
  }

  /** Nothing more on this line than spaces and a comment. */
  #isEndOfValue(from: number): boolean {
    const at = this.#skipSpaces(from);
    return at >= this.#end || (at > from && this.#text[at] === '#');
  }

  #count(depth: number): void {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.nodesMax || depth > this.#limits.nestingMax) throw new Unusual();
  }

  #place(offset: number, pointer: string): TextPlace {
    return new TextPlace(this.#lines, offset, pointer);
  }

  #map(pointer: string, depth: number): YamlMap {
    const column = this.#indent;
    const place = this.#place(this.#start, pointer);
    const entries = new Map<string, YamlEntry>();
    do {
      const key = this.#key();
      if (key === null || entries.has(key.name)) throw new Unusual();
      const inner = pointerTo(pointer, key.name);
      const at = this.#place(this.#start, inner);
      this.#count(depth + 1);
      entries.set(key.name, { key: at, value: this.#valueOf(key.end, { column, pointer: inner, depth: depth + 1 }) });
    } while (this.#indent === column);
    if (this.#indent > column) throw new Unusual();
    return { kind: 'map', entries, place };
  }

  /** The key that begins here and where its colon ends; null when there is none. */
  #key(): { readonly name: string; readonly end: number } | null {
    const text = this.#text;
    const quoted = this.#quoted(this.#start);
    if (quoted !== null) {
      const isKey = text[quoted.end] === ':' && this.#isSpace(quoted.end + 1);
      return isKey && quoted.end - this.#start < KEY_CHARS_MAX ? { name: quoted.text, end: quoted.end + 1 } : null;
    }
    if (NO_START.has(text[this.#start] ?? '')) return null;
    for (let at = this.#start; at < this.#end; at += 1) {
      const unit = text.charCodeAt(at);
      // `a #b: c` is the word a and a comment; `a : b` is rare.
      if (unit === 0x23 && text[at - 1] === ' ') return null;
      if (unit !== 0x3a || !this.#isSpace(at + 1)) continue;
      if (text[at - 1] === ' ' || at - this.#start > KEY_CHARS_MAX) throw new Unusual();
      return { name: text.slice(this.#start, at), end: at + 1 };
    }
    return null;
  }

  #isSpace(at: number): boolean {
    return at >= this.#end || this.#text.charCodeAt(at) === 0x20;
  }

  /** What stands behind a key, and the lines below that belong to it. Then the next line is the one to be read. */
  #valueOf(from: number, around: Around): Yaml {
    const at = this.#skipSpaces(from);
    if (!this.#isEndOfValue(from)) return this.#scalar(at, around);
    this.#advance();
    const { column, pointer, depth } = around;
    if (this.#indent >= column && this.#isItem()) return this.#list(pointer, depth);
    if (this.#indent > column) return this.#map(pointer, depth);
    return { kind: 'scalar', value: null, source: '', place: this.#place(at, pointer) };
  }

  #isItem(): boolean {
    return this.#text.charCodeAt(this.#start) === 0x2d && this.#isSpace(this.#start + 1);
  }

  #list(pointer: string, depth: number): YamlList {
    const column = this.#indent;
    const place = this.#place(this.#start, pointer);
    const items: Yaml[] = [];
    while (this.#indent === column && this.#isItem()) {
      const inner = `${pointer}/${items.length}`;
      this.#count(depth + 1);
      if (this.#isEndOfValue(this.#start + 1)) throw new Unusual();
      const at = this.#skipSpaces(this.#start + 1);
      items.push(this.#item(at, { column, pointer: inner, depth: depth + 1 }));
    }
    return { kind: 'list', items, place };
  }

  /** A value behind a hyphen; a map begins on the line of the hyphen and goes on below its first key. */
  #item(at: number, around: Around): Yaml {
    const dash = this.#start;
    this.#start = at;
    const isMap = this.#key() !== null;
    if (!isMap) {
      this.#start = dash;
      return this.#scalar(at, around);
    }
    this.#indent = at - this.#begin;
    return this.#map(around.pointer, around.depth);
  }

  #scalar(at: number, { column, pointer }: Around): YamlScalar {
    const place = this.#place(at, pointer);
    const char = this.#text[at] ?? '';
    if (char === '|') return { kind: 'scalar', ...this.#literal(at, column), place };
    const quoted = this.#quoted(at);
    const read = quoted === null ? this.#plain(at) : { value: quoted.text, source: quoted.text };
    if (quoted !== null && !this.#isEndOfValue(quoted.end)) throw new Unusual();
    this.#advance();
    // What is indented further goes on with the value.
    if (this.#indent > column) throw new Unusual();
    return { kind: 'scalar', ...read, place };
  }

  #plain(at: number): Pick<YamlScalar, 'value' | 'source'> {
    const text = this.#text;
    const next = text.charCodeAt(at + 1);
    const isSigned = text.charCodeAt(at) === 0x2d && next !== 0x20 && at + 1 < this.#end;
    if (NO_START.has(text[at] ?? '') && !isSigned) throw new Unusual();
    let end = at;
    for (let index = at; index < this.#end; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit === 0x3a && this.#isSpace(index + 1)) throw new Unusual();
      if (unit === 0x23 && text.charCodeAt(index - 1) === 0x20) break;
      if (unit !== 0x20) end = index + 1;
    }
    return plainScalar(text.slice(at, end));
  }

  /** A quoted text that begins here and where it ends; null when none begins. */
  #quoted(at: number): { readonly text: string; readonly end: number } | null {
    const quote = this.#text[at];
    if (quote !== "'" && quote !== '"') return null;
    const close = this.#closing(at, quote);
    const inner = this.#text.slice(at + 1, close);
    if (quote === '"' && inner.includes('\\')) throw new Unusual();
    return { text: quote === "'" && inner.includes("'") ? inner.replaceAll("''", "'") : inner, end: close + 1 };
  }

  #closing(at: number, quote: string): number {
    for (let from = at + 1; ; from += 2) {
      from = this.#text.indexOf(quote, from);
      if (from === -1 || from >= this.#end) throw new Unusual();
      // Two of them are one (YAML 1.2.2 §7.3.2).
      if (quote === '"' || this.#text[from + 1] !== quote) return from;
    }
  }

  /** `|` and `|-`: lines that are indented further than what they belong to. */
  #literal(at: number, column: number): Pick<YamlScalar, 'value' | 'source'> {
    const isStripped = this.#text[at + 1] === '-';
    if (this.#skipSpaces(isStripped ? at + 2 : at + 1) < this.#end) throw new Unusual();
    const lines: string[] = [];
    let indent = -1;
    let last = 0;
    for (let begin = this.#end + 1; begin < this.#text.length; begin = this.#end + 1) {
      const found = this.#text.indexOf('\n', begin);
      const end = found === -1 ? this.#text.length : found;
      const start = this.#skipSpaces(begin);
      const isEmpty = start >= end;
      if (!isEmpty && start - begin <= column) break;
      if (!isEmpty && indent === -1) indent = start - begin;
      // Further spaces on an empty line, or fewer before a full one, are for the other reader.
      if (isEmpty ? end - begin > Math.max(indent, 0) : start - begin < indent) throw new Unusual();
      lines.push(isEmpty ? '' : this.#text.slice(begin + indent, end));
      if (!isEmpty) last = lines.length;
      this.#end = end;
    }
    if (last === 0) throw new Unusual();
    this.#advance();
    const value = `${lines.slice(0, last).join('\n')}${isStripped ? '' : '\n'}`;
    return { value, source: value };
  }
}

interface Around {
  /** Of the map or list that the value is in. */
  readonly column: number;
  readonly pointer: string;
  readonly depth: number;
}
