import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Document, type Node, type Scalar } from 'yaml';
import { Findings, NOWHERE, quote, type Place } from '../diagnostic.ts';
import type { SigmaLimits } from '../limits.ts';
import { readBlockYaml } from './block-yaml.ts';
import { scalarOf } from './scalar.ts';
import { Lines, pointerTo, TextPlace } from './text-place.ts';
import type { Yaml, YamlEntry, YamlMap } from './yaml-tree.ts';

export interface YamlDocument {
  readonly root: Yaml | null;
  readonly findings: Findings;
}

class TooLarge extends Error {}

/** Reads every document of a text; a broken one has no root and says why. */
export function readYaml(text: string, name: string, limits: SigmaLimits): readonly YamlDocument[] {
  if (text.length > limits.textCharsMax) return [refused(name, 'yaml-too-large', `over ${limits.textCharsMax} characters`)];
  // A byte order mark is no character of the first key; a carriage return is half of the end of a line (YAML 1.2.2 §5.4).
  const unmarked = text.startsWith('\u{FEFF}') ? text.slice(1) : text;
  const body = unmarked.includes('\r\n') ? unmarked.replaceAll('\r\n', '\n') : unmarked;
  const roots = readBlockYaml(body, limits);
  if (roots !== null) return roots.map((root, index) => ({ root, findings: new Findings(name, index) }));
  return readWholeYaml(body, name, limits);
}

/** The same with a reader of the whole language. */
export function readWholeYaml(text: string, name: string, limits: SigmaLimits): readonly YamlDocument[] {
  const documents = parse(text);
  if (documents === null) return [refused(name, 'yaml-too-large', 'nested too deep')];
  const lines = new Lines(text);
  const filled = documents.filter(({ contents, errors }) => errors.length > 0 || !isNothing(contents));
  return filled.map((document, index) => readDocument(document, new Findings(name, index), { lines, limits }));
}

function parse(text: string): readonly Document.Parsed[] | null {
  try {
    // The specification is YAML 1.2: `yes` is a word, dates stay text.
    const read = parseAllDocuments(text, { version: '1.2', prettyErrors: false, logLevel: 'silent' });
    return Array.isArray(read) ? read : [];
  } catch (error) {
    // The reader recurses; hostile nesting ends in the engine's own limit.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A marker with nothing behind it begins no document. */
function isNothing(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && (contents.source ?? '') === '');
}

function refused(name: string, code: 'yaml-too-large', message: string): YamlDocument {
  const findings = new Findings(name, 0);
  findings.error(code, NOWHERE, message);
  return { root: null, findings };
}

function readDocument(
  document: Document.Parsed,
  findings: Findings,
  { lines, limits }: { lines: Lines; limits: SigmaLimits },
): YamlDocument {
  const fault = document.errors[0];
  if (fault !== undefined) {
    findings.error('yaml-invalid', { ...lines.at(fault.pos[0]), pointer: '' }, fault.message);
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
  readonly #lines: Lines;
  readonly #limits: SigmaLimits;
  readonly #findings: Findings;
  #nodes = 0;

  constructor(document: Document.Parsed, parts: { lines: Lines; limits: SigmaLimits; findings: Findings }) {
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
      const pointer = pointerTo(place.pointer, name);
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

function nameOf({ source, value }: Scalar): string {
  if (source !== undefined) return source;
  return typeof value === 'string' ? value : '';
}
