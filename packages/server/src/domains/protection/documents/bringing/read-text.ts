import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Alias, type Document, type Node } from 'yaml';
import { emptyRecord, type DocumentFault } from '../reading/faults.ts';

/** Documents of large programming interfaces have a few megabytes, most of it descriptions. */
export const TEXT_CHARS_MAX = 8_388_608;
/** Values that a document may stand for. Aliases of aliases double with each line (CWE-776). */
const VALUES_MAX = 1_000_000;
const DEPTH_MAX = 128;
const DETAIL_MAX = 200;

/** A fault and the line on which it stands, counted from 1; null = the text has no such place. */
export interface PlacedFault extends DocumentFault {
  readonly line: number | null;
}

export type TextReading =
  | { readonly kind: 'read'; readonly value: unknown; readonly lineAt: (pointer: string) => number | null }
  | { readonly kind: 'faulty'; readonly faults: readonly PlacedFault[] };

/** Reads YAML 1.2 or JSON into the values that it stands for, with a place for each of them. */
export function readText(text: string): TextReading {
  if (text.length > TEXT_CHARS_MAX) return faulty(`longer than ${TEXT_CHARS_MAX} characters`, null);
  const json = parseJson(text);
  // Lines of it are asked for only when something is wrong there: reading it as YAML takes ten times as long.
  if (json !== undefined) return { kind: 'read', value: json, lineAt: lazily(() => parseYaml(text).lineAt) };
  const { document, lines, targets, lineAt } = parseYaml(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const detail = (error.message.split('\n')[0] ?? 'not YAML').replace(/ at line \d+, column \d+:?$/u, '');
    return faulty(detail.slice(0, DETAIL_MAX), lines.linePos(error.pos[0]).line);
  }
  try {
    return { kind: 'read', value: valueOf(document.contents, { targets, left: VALUES_MAX, lines }, 0), lineAt };
  } catch (error_) {
    if (error_ instanceof Unreadable) return faulty(error_.message, error_.line);
    throw error_;
  }
}

const faulty = (detail: string, line: number | null): TextReading => ({
  kind: 'faulty',
  faults: [{ pointer: '', detail, line }],
});

function parseJson(text: string): unknown {
  if (!/^\s*\{/u.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function lazily(make: () => (pointer: string) => number | null): (pointer: string) => number | null {
  let made: ReturnType<typeof make> | null = null;
  return (pointer) => (made ??= make())(pointer);
}

function parseYaml(text: string) {
  const lines = new LineCounter();
  // Its own search for equal keys compares each with each: they are looked for below.
  const document: Document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'error' });
  const targets = targetsOf(document);
  return { document, lines, targets, lineAt: (pointer: string) => lineOf(document.contents, { lines, targets }, pointer) };
}

/** What each alias stands for: the last node before it that has its name. The package looks through the whole document for each. */
function targetsOf(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Value(_key, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias(_key, node) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    },
  });
  return targets;
}

/** Thrown within this file, and caught by {@link readText}. */
class Unreadable extends Error {
  readonly line: number | null;

  constructor(message: string, line: number | null) {
    super(message);
    this.line = line;
  }
}

interface Places {
  readonly lines: LineCounter;
  readonly targets: ReadonlyMap<Alias, Node>;
}

interface Reading extends Places {
  left: number;
}

const lineOfNode = ({ lines }: Pick<Places, 'lines'>, node: unknown): number | null => {
  const start = (node as Node | null)?.range?.[0];
  return start === undefined ? null : lines.linePos(start).line;
};

/** What a node stands for, aliases written out. */
function valueOf(node: unknown, reading: Reading, depth: number): unknown {
  reading.left -= 1;
  if (reading.left < 0) throw new Unreadable(`stands for more than ${VALUES_MAX} values`, null);
  if (depth > DEPTH_MAX) throw new Unreadable(`nested deeper than ${DEPTH_MAX}`, lineOfNode(reading, node));
  if (isAlias(node)) {
    const target = reading.targets.get(node);
    if (target === undefined) throw new Unreadable('an alias leads to nothing', lineOfNode(reading, node));
    return valueOf(target, reading, depth + 1);
  }
  if (isSeq(node)) return node.items.map((item) => valueOf(item, reading, depth + 1));
  if (isMap(node)) return mapOf(node.items, reading, depth);
  return isScalar(node) ? (node.value ?? null) : null;
}

type Pairs = readonly { readonly key: unknown; readonly value: unknown }[];

const keyOf = (key: unknown): string => (isScalar(key) ? String(key.value) : String(key));

function mapOf(items: Pairs, reading: Reading, depth: number): Record<string, unknown> {
  const made = emptyRecord<unknown>();
  const own = new Set<string>();
  for (const { key, value } of items) {
    const name = keyOf(key);
    if (name === '<<') continue;
    if (own.has(name)) throw new Unreadable(`the name ${name.slice(0, 64)} comes twice`, lineOfNode(reading, key));
    own.add(name);
    made[name] = valueOf(value, reading, depth + 1);
  }
  // YAML 1.1, and all that is written for it: what is merged gives way to what stands beside it.
  for (const { key, value } of items) if (keyOf(key) === '<<') mergeInto(made, valueOf(value, reading, depth + 1));
  return made;
}

function mergeInto(made: Record<string, unknown>, merged: unknown): void {
  for (const each of Array.isArray(merged) ? (merged as unknown[]) : [merged])
    if (typeof each === 'object' && each !== null)
      for (const [name, value] of Object.entries(each)) if (!Object.hasOwn(made, name)) made[name] = value;
}

/** The line of the name of a place, or of the nearest place around it: what is missing has no line of its own. */
function lineOf(contents: unknown, { lines, targets }: Places, pointer: string): number | null {
  let node = contents;
  let line = lineOfNode({ lines }, node);
  for (const raw of pointer.split('/').slice(1)) {
    const name = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isAlias(node)) node = targets.get(node);
    if (isSeq(node)) {
      node = node.items[Number(name)];
      line = lineOfNode({ lines }, node) ?? line;
    } else if (isMap(node)) {
      const pair = node.items.find(({ key }) => keyOf(key) === name);
      line = lineOfNode({ lines }, pair?.key) ?? line;
      node = pair?.value;
    } else return line;
  }
  return line;
}
