import { createHash } from 'node:crypto';
import { SCHEMA_CHARS_MAX } from '@holdfast/contract';
import { compileSchema } from '@holdfast/inspect';
import { Refusal } from '../../../platform/refusal.ts';
import { sortedJson } from '../../applications/index.ts';
import { isDocument, openDocument } from '../documents/document-schema.ts';

export interface ReadyFragment {
  /** JSON with sorted keys: equal fragments have equal texts. */
  readonly text: string;
  readonly digest: string;
  readonly operations: number;
}

export interface FragmentFault {
  readonly pointer: string;
  readonly detail: string;
}

export type FragmentReading =
  | { readonly kind: 'ready'; readonly fragment: ReadyFragment }
  | { readonly kind: 'faulty'; readonly faults: readonly FragmentFault[] };

/** Remarks of people are kept as they are, and may hold anything: what writes them down again goes as deep as they do. */
const DEPTH_MAX = 128;

export function isDeeper(fragment: unknown): boolean {
  let level: unknown[] = [fragment];
  for (let depth = 0; depth <= DEPTH_MAX; depth += 1) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const inner of Object.values(value)) next.push(inner);
    }
    if (next.length === 0) return false;
    level = next;
  }
  return true;
}

export const TOO_DEEP = { kind: 'faulty', faults: [{ pointer: '', detail: `nested deeper than ${DEPTH_MAX}` }] } as const;

/** Reads a fragment as every gateway will. */
export function readFragmentText(fragment: unknown): FragmentReading {
  if (isDeeper(fragment)) return TOO_DEEP;
  const compiled = compileFragment(fragment);
  if (compiled.kind === 'faulty') return compiled;
  const text = sortedJson(fragment);
  if (text.length > SCHEMA_CHARS_MAX)
    return { kind: 'faulty', faults: [{ pointer: '', detail: `longer than ${SCHEMA_CHARS_MAX} characters` }] };
  return { kind: 'ready', fragment: { text, digest: digestOfText(text), operations: compiled.operations } };
}

type Compiled =
  | { readonly kind: 'compiled'; readonly operations: number }
  | { readonly kind: 'faulty'; readonly faults: readonly FragmentFault[] };

function compileFragment(fragment: unknown): Compiled {
  if (isDocument(fragment)) {
    const opened = openDocument(fragment);
    return opened.kind === 'faulty' ? opened : { kind: 'compiled', operations: opened.schema.operations };
  }
  const result = compileSchema(fragment);
  if (result.kind === 'refused') return { kind: 'faulty', faults: result.faults };
  return { kind: 'compiled', operations: result.schema.operations };
}

export const digestOfText = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The same, where a faulty one cannot be taken. */
export function readyFragment(fragment: unknown): ReadyFragment {
  const reading = readFragmentText(fragment);
  if (reading.kind === 'faulty') throw new Refusal('schema-invalid', { errors: [...reading.faults] });
  return reading.fragment;
}
