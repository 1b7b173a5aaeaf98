import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node, type Scalar } from 'yaml';
import { Findings, NOWHERE, quote, type Place } from '../diagnostic.ts';
import type { SigmaLimits } from '../limits.ts';

/** YAML as it was written: every node knows its place, and keys never become properties of an object. */
export type Yaml = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly place: Place;
}

export interface YamlEntry {
  readonly key: Place;
  readonly value: Yaml;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly Yaml[];
  readonly place: Place;
}

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The characters of the text; differs from the value for numbers such as 0x10. */
  readonly source: string;
  readonly place: Place;
}

export interface YamlDocument {
  readonly root: Yaml | null;
  readonly findings: Findings;
}

class TooLarge extends Error {}

/** Reads every document of a text; a broken one has no root and says why. */
export function readYaml(text: string, name: string, limits: SigmaLimits): readonly YamlDocument[] {
  if (text.length > limits.textCharsMax) return [refused(name, 'yaml-too-large', `over ${limits.textCharsMax} characters`)];
  const lines = new LineCounter();
  const documents = parse(text, lines);
  if (documents === null) return [refused(name, 'yaml-too-large', 'nested too deep')];
  const filled = documents.filter((document) => document.contents !== null || document.errors.length > 0);
  return filled.map((document, index) => readDocument(document, new Findings(name, index), { lines, limits }));
}

function parse(text: string, lines: LineCounter): readonly Document.Parsed[] | null {
  try {
    // A byte order mark is no character of the first key. The specification is YAML 1.2: `yes` is a word, dates stay text.
    const body = text.startsWith('\u{FEFF}') ? text.slice(1) : text;
    const read = parseAllDocuments(body, { version: '1.2', lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
    return Array.isArray(read) ? read : [];
  } catch (error) {
    // The reader recurses; hostile nesting ends in the engine's own limit.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function refused(name: string, code: 'yaml-too-large', message: string): YamlDocument {
  const findings = new Findings(name, 0);
  findings.error(code, NOWHERE, message);
  return { root: null, findings };
}

function readDocument(
  document: Document.Parsed,
  findings: Findings,
  { lines, limits }: { lines: LineCounter; limits: SigmaLimits },
): YamlDocument {
  const fault = document.errors[0];
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    findings.error('yaml-invalid', { line, column: col, pointer: '' }, fault.message);
    return { root: null, findings };
  }
  try {
    return { root: new Reader(document, { lines, limits, findings }).read(document.contents, '', 0), findings };
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    findings.error('yaml-too-large', NOWHERE, 'more nodes, or deeper nesting, than allowed');
    return { root: null, findings };
  }
}

class Reader {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #limits: SigmaLimits;
  readonly #findings: Findings;
  #nodes = 0;

  constructor(document: Document.Parsed, parts: { lines: LineCounter; limits: SigmaLimits; findings: Findings }) {
    this.#document = document;
    this.#lines = parts.lines;
    this.#limits = parts.limits;
    this.#findings = parts.findings;
  }

  /** Aliases are followed, and counted as often as they are used: a text of a few lines can stand for a billion nodes. */
  read(node: unknown, pointer: string, depth: number): Yaml {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.nodesMax || depth > this.#limits.nestingMax) throw new TooLarge();
    const target = isAlias(node) ? node.resolve(this.#document) : node;
    const place = this.#placeOf(target, pointer);
    if (isMap(target)) return this.#map(target.items, { place, depth });
    if (isSeq(target)) {
      return { kind: 'list', items: target.items.map((item, index) => this.read(item, `${pointer}/${index}`, depth + 1)), place };
    }
    if (isScalar(target)) return { kind: 'scalar', ...scalarOf(target.value, target.source), place };
    return { kind: 'scalar', value: null, source: '', place };
  }

  #map(items: readonly { key: unknown; value: unknown }[], { place, depth }: { place: Place; depth: number }): YamlMap {
    const entries = new Map<string, YamlEntry>();
    for (const item of items) {
      const name = isScalar(item.key) ? nameOf(item.key) : '';
      const pointer = `${place.pointer}/${/[~/]/u.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name}`;
      const key = this.#placeOf(item.key, pointer);
      if (!isScalar(item.key)) this.#findings.error('yaml-invalid', key, 'a key is a plain word');
      else if (entries.has(name)) this.#findings.error('yaml-invalid', key, `the key ${quote(name)} stands twice`);
      else entries.set(name, { key, value: this.read(item.value, pointer, depth + 1) });
    }
    return { kind: 'map', entries, place };
  }

  #placeOf(node: unknown, pointer: string): Place {
    const offset = (node as Node | null | undefined)?.range?.[0];
    return offset === undefined ? { line: 1, column: 1, pointer } : new TextPlace(this.#lines, offset, pointer);
  }
}

/** Counts lines only when somebody asks: of thousands of nodes, the few with a fault are told. */
class TextPlace implements Place {
  readonly pointer: string;
  readonly #lines: LineCounter;
  readonly #offset: number;

  constructor(lines: LineCounter, offset: number, pointer: string) {
    this.pointer = pointer;
    this.#lines = lines;
    this.#offset = offset;
  }

  get line(): number {
    return this.#lines.linePos(this.#offset).line;
  }

  get column(): number {
    return this.#lines.linePos(this.#offset).col;
  }
}

function nameOf({ source, value }: Scalar): string {
  if (source !== undefined) return source;
  return typeof value === 'string' ? value : '';
}

function scalarOf(value: unknown, source: string | undefined): Pick<YamlScalar, 'value' | 'source'> {
  const text = source ?? '';
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return { value, source: text };
  // A whole number that a double cannot hold keeps its digits.
  if (typeof value === 'number') {
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
      ? { value, source: text }
      : { value: text, source: text };
  }
  return { value: text, source: text };
}
