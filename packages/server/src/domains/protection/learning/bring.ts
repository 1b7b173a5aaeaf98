import type { SchemaImport, SchemaImported } from '@holdfast/contract';
import type { LearnedModel } from '@holdfast/inspect';
import type { DocumentJobs } from '../documents/bringing/run-job.ts';
import type { RouteTotal } from '../tuning/vector-store.ts';
import { changesBetween } from './changes.ts';
import { seenOf } from './preview.ts';

/** What a document that somebody brings is held against. */
export interface Around {
  readonly jobs: DocumentJobs;
  readonly live: readonly RouteTotal[];
  readonly model: LearnedModel;
  /** What is in force; null = nothing. */
  readonly current: unknown;
}

/** Reads a whole document into the form that is kept, and tells what it would change. Changes nothing. */
export async function bring({ partly, ...input }: SchemaImport, { jobs, live, model, current }: Around): Promise<SchemaImported> {
  const seen = seenOf(live, model);
  const brought = await jobs.bring({ ...input, isPartly: partly, seen: seen.routes });
  if (brought.kind === 'faulty')
    return { faults: [...brought.faults], notes: [], operations: 0, fragment: null, preview: null, changes: null };
  const { fragment, operations, notes, unlisted } = brought;
  const changes = changesBetween(current, fragment);
  return { faults: [], notes: [...notes], operations, fragment, preview: seen.preview(unlisted), changes };
}
