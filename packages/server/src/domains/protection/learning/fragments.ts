import { createHash } from 'node:crypto';
import { SCHEMA_CHARS_MAX } from '@holdfast/contract';
import { compileSchema, type CompiledSchema } from '@holdfast/inspect';
import { Refusal } from '../../../platform/refusal.ts';
import { sortedJson } from '../../applications/index.ts';

export interface ReadyFragment {
  /** JSON with sorted keys: equal fragments have equal texts. */
  readonly text: string;
  readonly digest: string;
  readonly schema: CompiledSchema;
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
  const result = compileSchema(fragment);
  if (result.kind === 'refused') return { kind: 'faulty', faults: result.faults };
  const text = sortedJson(fragment);
  if (text.length > SCHEMA_CHARS_MAX)
    return { kind: 'faulty', faults: [{ pointer: '', detail: `longer than ${SCHEMA_CHARS_MAX} characters` }] };
  return { kind: 'ready', fragment: { text, digest: digestOfText(text), schema: result.schema } };
}

export const digestOfText = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The same, where a faulty one cannot be taken. */
export function readyFragment(fragment: unknown): ReadyFragment {
  const reading = readFragmentText(fragment);
  if (reading.kind === 'faulty') throw new Refusal('schema-invalid', { errors: [...reading.faults] });
  return reading.fragment;
}
