import { intelSourceInputSchema, type IntelSourceInput, type IntelSourceView } from '@holdfast/contract';
import type { FieldFault } from '../../../platform/refusal.ts';
import { outgoingFault } from '../../../platform/http/outgoing.ts';
import type { RefusedWhy } from './build/merge.ts';
import type { SourceRow } from './store/tables.ts';

const WHYS_MAX = 16;
/** Late by more than this many turns: somebody should look. */
const STALE_TURNS = 2;
const MINUTE_MS = 60_000;

/** Indicators that somebody typed in belong to this one; it is no row of the table. */
export const OWN_SOURCE = '00000000000000000000000000';
export const OWN_NAME = 'own';

export const newSource = (input: IntelSourceInput, { id, now }: { readonly id: string; readonly now: number }): SourceRow => {
  const source = intelSourceInputSchema.parse(input);
  return {
    id,
    name: source.name,
    format: source.format,
    url: source.url,
    kind: source.kind,
    value_column: source.column,
    collection: source.collection,
    credential: source.credential,
    pinned: source.digest,
    every_minutes: source.everyMinutes,
    confidence: source.confidence,
    action: source.action,
    days: source.days,
    enabled: true,
    next_at: now,
    refreshed_at: null,
    changed_at: null,
    trouble: null,
    etag: null,
    last_modified: null,
    position: null,
    content_digest: null,
    entries: 0,
    refused: '[]',
  };
};

/** What is wrong with a source before it is asked for the first time. */
export function faultsOf({ url, format, collection, name }: IntelSourceInput): FieldFault[] {
  const errors: FieldFault[] = [];
  const add = (pointer: string, detail: string): void => void errors.push({ pointer, detail });
  if (name.trim() === OWN_NAME) add('/name', 'this name stands for indicators of our own');
  if (url !== null && !url.startsWith('file:')) {
    const fault = URL.canParse(url) ? outgoingFault(new URL(url)) : 'no address';
    if (fault !== null) add('/url', fault);
  }
  if (format === 'taxii' && (url === null || (collection ?? null) === null))
    add('/collection', 'TAXII needs an address and a collection');
  if (format === 'misp-feed' && url?.startsWith('file:') === true) add('/url', 'a feed of MISP is read over HTTPS');
  return errors;
}

/** Together with those that are known to be good, which the table left out. */
export function toView(row: SourceRow, leftOut: readonly RefusedWhy[], now: number): IntelSourceView {
  // Written by ourselves, of this shape.
  const unreadable = JSON.parse(row.refused) as readonly RefusedWhy[];
  const refusedWhy = [...leftOut, ...unreadable].slice(0, WHYS_MAX);
  const isRead = row.enabled && row.url !== null;
  const since = row.refreshed_at ?? Number.NEGATIVE_INFINITY;
  return {
    id: row.id,
    name: row.name,
    format: row.format,
    url: row.url,
    kind: row.kind,
    column: row.value_column,
    collection: row.collection,
    credential: row.credential,
    digest: row.pinned,
    everyMinutes: row.every_minutes,
    confidence: row.confidence,
    action: row.action,
    days: row.days,
    enabled: row.enabled,
    entries: Math.max(0, row.entries - leftOut.reduce((sum, { entries }) => sum + entries, 0)),
    refused: refusedWhy.reduce((sum, { entries }) => sum + entries, 0),
    refusedWhy,
    refreshedAt: row.refreshed_at,
    changedAt: row.changed_at,
    trouble: row.trouble,
    isStale: isRead && now - since > STALE_TURNS * row.every_minutes * MINUTE_MS,
  };
}
