import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Node } from 'yaml';
import type { FieldFault } from '../refusal.ts';
import { emptyTree, isTree, pointerOf, type Layer, type Origin } from './source.ts';

export const FILE_BYTES_MAX = 1_048_576;
const DEPTH_MAX = 32;

/** Reads holdfast.yaml (YAML 1.2 core schema; JSON is a part of it) and remembers on which line each key stands. */
export function readFileSource(text: string): Layer {
  const lines = new LineCounter();
  const origins = new Map<string, Origin>();
  const faults: FieldFault[] = [];
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) {
    return { tree: emptyTree(), origins, faults: [{ pointer: '', detail: 'the file is larger than 1 MiB' }] };
  }
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true, version: '1.2', merge: false });
  for (const error of document.errors) {
    // The first line of the message: the rest repeats the source text, which may hold what is no one's business.
    const words = (error.message.split('\n')[0] ?? 'not YAML').replace(/ at line \d+, column \d+:?$/u, '');
    const detail = error.code === 'MULTIPLE_DOCS' ? 'one document only: what follows --- belongs to another file' : words;
    faults.push({ pointer: '', detail, line: lines.linePos(error.pos[0]).line });
  }
  if (faults.length > 0) return { tree: emptyTree(), origins, faults };
  visit(document, {
    Alias: (_key, node) => {
      faults.push({ pointer: '', detail: 'anchors and aliases are not accepted', ...lineOf(node, lines) });
      return visit.BREAK;
    },
  });
  if (faults.length > 0) return { tree: emptyTree(), origins, faults };
  collectLines(document.contents, { path: [], lines, origins });
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (value === null) return { tree: emptyTree(), origins, faults };
  if (!isTree(value))
    return { tree: emptyTree(), origins, faults: [{ pointer: '', detail: 'must be a list of settings', line: 1 }] };
  return { tree: value, origins, faults };
}

interface Collect {
  readonly path: readonly (string | number)[];
  readonly lines: LineCounter;
  readonly origins: Map<string, Origin>;
}

function collectLines(node: unknown, { path, lines, origins }: Collect): void {
  if (path.length > DEPTH_MAX || isAlias(node)) return;
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      remember(item, [...path, index]);
      collectLines(item, { path: [...path, index], lines, origins });
    }
  }
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const here = [...path, String(key.value)];
    remember(key, here);
    collectLines(value, { path: here, lines, origins });
  }
  function remember(at: unknown, where: readonly (string | number)[]): void {
    const { line } = lineOf(at, lines);
    origins.set(pointerOf(where), { source: 'file', detail: line === undefined ? null : `line ${line}` });
  }
}

function lineOf(node: unknown, lines: LineCounter): { line?: number } {
  // Nodes of a parsed document carry a range; nodes made by hand do not.
  const start = (node as Partial<Node> | null)?.range?.[0];
  return start === undefined ? {} : { line: lines.linePos(start).line };
}
