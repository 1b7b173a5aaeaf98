import { createHash } from 'node:crypto';
import { SCHEMA_CHARS_MAX } from '@holdfast/contract';
import { compileSchema } from '@holdfast/inspect';
import { Refusal } from '../../../platform/refusal.ts';
import { sortedJson } from '../../applications/index.ts';
import { isDocument, openDocument } from '../documents/document-schema.ts';
import type { DocumentJobs } from '../documents/bringing/run-job.ts';
import { isDeeper, TOO_DEEP } from '../documents/reading/depth.ts';

export interface ReadyFragment {
  /** JSON with sorted keys: equal fragments have equal texts. */
  readonly text: string;
  readonly digest: string;
  readonly operations: number;
  readonly kind: 'document' | 'learned';
}

export interface FragmentFault {
  readonly pointer: string;
  readonly detail: string;
}

export type FragmentReading =
  | { readonly kind: 'ready'; readonly fragment: ReadyFragment }
  | { readonly kind: 'faulty'; readonly faults: readonly FragmentFault[] };

/** Reads a fragment as every gateway will. */
export function readFragmentText(fragment: unknown): FragmentReading {
  if (isDeeper(fragment)) return TOO_DEEP;
  const compiled = compileFragment(fragment);
  return compiled.kind === 'faulty' ? compiled : written(fragment, compiled.operations);
}

/** The same away from this loop where it is a whole document, which may take a second. */
export async function readFragmentAside(fragment: unknown, jobs: DocumentJobs): Promise<FragmentReading> {
  if (isDeeper(fragment)) return TOO_DEEP;
  if (!isDocument(fragment)) return readFragmentText(fragment);
  const opened = await jobs.open(fragment);
  return opened.kind === 'faulty' ? opened : written(fragment, opened.operations);
}

function written(fragment: unknown, operations: number): FragmentReading {
  const text = sortedJson(fragment);
  if (text.length > SCHEMA_CHARS_MAX)
    return { kind: 'faulty', faults: [{ pointer: '', detail: `longer than ${SCHEMA_CHARS_MAX} characters` }] };
  const kind = isDocument(fragment) ? 'document' : 'learned';
  return { kind: 'ready', fragment: { text, digest: digestOfText(text), operations, kind } };
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
export function readyFragment(reading: FragmentReading): ReadyFragment {
  if (reading.kind === 'faulty')
    throw new Refusal('schema-invalid', { errors: reading.faults.map(({ pointer, detail }) => ({ pointer, detail })) });
  return reading.fragment;
}
