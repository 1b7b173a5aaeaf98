import type { IndicatorKind, SourceFormat } from '@holdfast/contract';
import { buildTable, knownLists, type BuildInput, type Built } from '../build/build-table.ts';
import { entriesOf, packLines, patternsOf, type KeptEntry } from '../build/content.ts';
import { mergeContent, type Merged } from '../build/merge.ts';
import type { ReadOptions, ReadPattern } from '../formats/entry.ts';
import { readWarninglists } from '../formats/misp-warninglist.ts';
import type { Indicator } from '../formats/normalise.ts';
import { READERS } from '../formats/readers.ts';
import { createHash } from 'node:crypto';
import { Known } from '../known/known.ts';

export interface ReadJob {
  readonly kind: 'read';
  readonly format: SourceFormat;
  readonly text: string;
  readonly options: ReadOptions;
  /** What was kept of it before. */
  readonly previous: Uint8Array;
  readonly now: number;
}

export interface Wanted {
  readonly kind?: IndicatorKind | undefined;
  /** A part of the value or of what is told of it. */
  readonly q?: string | undefined;
  /** The value as a whole, and what a wider entry that covers it would be written as. */
  readonly exact?: readonly Indicator[] | undefined;
  /** So many found ones are left out first. */
  readonly skip: number;
  readonly limit: number;
}

export interface FindJob {
  readonly kind: 'find';
  readonly sources: readonly { readonly id: string; readonly content: Uint8Array }[];
  readonly wanted: Wanted;
}

export interface KnownJob extends Pick<BuildInput, 'known' | 'warninglists'> {
  readonly kind: 'known';
  readonly indicator: Indicator;
}

export interface BuildJob {
  readonly kind: 'build';
  readonly input: BuildInput;
}

/** What sources say that is more than a value. */
export interface PatternsJob {
  readonly kind: 'patterns';
  readonly contents: readonly Uint8Array[];
}

export type FoundEntry = KeptEntry & { readonly source: string };

export interface Results {
  read: Merged;
  build: Built;
  find: readonly FoundEntry[];
  known: readonly string[];
  /** One list for each content. */
  patterns: readonly (readonly ReadPattern[])[];
}
export type Job = ReadJob | BuildJob | FindJob | KnownJob | PatternsJob;
/** Does one job; away from the loop that serves requests, except in tests. */
export type RunJob = <Wanting extends Job>(job: Wanting) => Promise<Results[Wanting['kind']]>;

export function doJob(job: Job): Results[Job['kind']] {
  if (job.kind === 'read') return read(job);
  if (job.kind === 'build') return buildTable(job.input);
  if (job.kind === 'known') return new Known(knownLists(job)).listsOf(job.indicator);
  if (job.kind === 'patterns') return job.contents.map((content) => [...patternsOf(content)]);
  return find(job);
}

function read({ format, text, options, previous, now }: ReadJob): Merged {
  if (format !== 'misp-warninglist') return mergeContent(previous, READERS[format](text, options), now);
  const lists = readWarninglists(text);
  const kept = JSON.stringify(lists);
  const entries = lists.reduce((sum, { list }) => sum + list.length, 0);
  const digest = createHash('sha256').update(kept).digest('hex');
  return { content: packLines([kept]), digest, entries, added: 0, removed: 0, refused: [] };
}

function find({ sources, wanted }: FindJob): FoundEntry[] {
  const { kind, q, exact, skip, limit } = wanted;
  const part = q?.toLowerCase();
  const exactly = exact === undefined ? null : new Set(exact.map((one) => `${one.kind} ${one.value}`));
  const found: FoundEntry[] = [];
  let passed = 0;
  for (const { id, content } of sources) {
    for (const entry of entriesOf(content)) {
      const isWanted =
        (kind === undefined || entry.kind === kind) &&
        (part === undefined || entry.value.includes(part) || entry.detail?.toLowerCase().includes(part) === true) &&
        (exactly === null || exactly.has(`${entry.kind} ${entry.value}`));
      if (!isWanted) continue;
      passed += 1;
      if (passed > skip) found.push({ ...entry, source: id });
      if (found.length >= limit) return found;
    }
  }
  return found;
}
