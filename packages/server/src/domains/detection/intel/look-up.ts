import type { IndicatorQuery, IndicatorView, LookupView, Page } from '@holdfast/contract';
import { entryId } from '../../../platform/lookup/entry-id.ts';
import { decayed } from '../../../platform/lookup/marks.ts';
import { prefixAround } from '../../../platform/lookup/prefix.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { DAY_MS } from './build/build-table.ts';
import { normaliseIndicator, type Indicator } from './formats/normalise.ts';
import type { IntelParts } from './intel-parts.ts';
import { ownLists } from './known/own-lists.ts';
import { OWN_NAME, OWN_SOURCE } from './sources.ts';
import { readIndicators } from './store/indicator-store.ts';
import { readContent, readSources } from './store/source-store.ts';
import { tablesOf, type IndicatorRow, type SourceRow } from './store/tables.ts';
import type { FoundEntry, Wanted } from './thread/jobs.ts';

const MATCHES_MAX = 50;
const SKIP_MAX = 1_000_000;
const V4_PREFIXES = 32;
const V6_PREFIXES = 128;

/** Own ones first, then source by source; the cursor is a number of entries. */
export async function findIndicators(parts: IntelParts, query: IndicatorQuery): Promise<Page<IndicatorView>> {
  const { cursor = '0', limit, kind, source, q } = query;
  const skip = Number(cursor);
  if (!/^\d{1,7}$/u.test(cursor) || skip > SKIP_MAX)
    throw new Refusal('input-invalid', { errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }] });
  const found = await find(parts, { kind, q, skip, limit: limit + 1 }, source);
  return { items: found.slice(0, limit), next: found.length > limit ? String(skip + limit) : null };
}

async function find(parts: IntelParts, wanted: Wanted, source?: string): Promise<IndicatorView[]> {
  const { db, clock, run } = parts;
  const tables = tablesOf(db);
  const now = clock.now();
  const { skip, limit } = wanted;
  const own =
    source === undefined || source === OWN_SOURCE ? (await readIndicators(tables)).filter((row) => fits(row, wanted, now)) : [];
  const first = own.slice(skip, skip + limit).map((row) => ownView(row, now));
  if (first.length >= limit || source === OWN_SOURCE) return first;
  const rows = (await readSources(tables)).filter(
    (row) =>
      row.enabled &&
      row.content_digest !== null &&
      row.format !== 'misp-warninglist' &&
      (source === undefined || row.id === source),
  );
  if (rows.length === 0) return first;
  const sources = await Promise.all(rows.map(async ({ id }) => ({ id, content: await readContent(tables, id) })));
  const rest = { ...wanted, skip: Math.max(0, skip - own.length), limit: limit - first.length };
  const byId = new Map(rows.map((row) => [row.id, row]));
  const found = await run({ kind: 'find', sources, wanted: rest });
  return [...first, ...found.flatMap((entry) => foundView(entry, byId.get(entry.source), now))];
}

function fits(row: IndicatorRow, { kind, q, exact }: Wanted, now: number): boolean {
  if (row.expires_at <= now || (kind !== undefined && row.kind !== kind)) return false;
  if (exact !== undefined) return exact.some((one) => one.kind === row.kind && one.value === row.value);
  return q === undefined || row.value.includes(q.toLowerCase()) || row.reason.toLowerCase().includes(q.toLowerCase());
}

const ownView = (row: IndicatorRow, now: number): IndicatorView => ({
  id: row.id,
  kind: row.kind,
  value: row.value,
  source: OWN_SOURCE,
  sourceName: OWN_NAME,
  confidence: decayed({ confidence: row.confidence, seenAt: row.first_seen_at, endsAt: row.expires_at }, now),
  action: row.action,
  firstSeenAt: row.first_seen_at,
  expiresAt: row.expires_at,
  detail: row.reason.slice(0, 300),
});

function foundView(entry: FoundEntry, row: SourceRow | undefined, now: number): IndicatorView[] {
  if (row === undefined) return [];
  const seenAt = entry.seenAt ?? row.refreshed_at ?? now;
  const expiresAt = Math.min(entry.expiresAt ?? Number.MAX_SAFE_INTEGER, seenAt + row.days * DAY_MS);
  const confidence = decayed({ confidence: entry.confidence ?? row.confidence, seenAt, endsAt: expiresAt }, now);
  const { kind, value, detail } = entry;
  const about = {
    source: row.id,
    sourceName: row.name,
    action: row.action,
    firstSeenAt: entry.firstSeenAt ?? seenAt,
    expiresAt,
    detail,
  };
  return [{ id: entryId(row.id, kind, value), kind, value, confidence, ...about }];
}

/** Everything that would meet this value: itself, wider prefixes around it, names above it. */
export function wideningsOf({ kind, value }: Indicator): Indicator[] {
  if (kind === 'host') {
    const labels = value.replace(/^\*\./u, '').split('.');
    return [{ kind, value }, ...labels.map((_, index) => ({ kind, value: `*.${labels.slice(index).join('.')}` }))];
  }
  if (kind !== 'address' || value.includes('/')) return [{ kind, value }];
  const most = value.includes(':') ? V6_PREFIXES : V4_PREFIXES;
  const around = Array.from({ length: most + 1 }, (_, length) => prefixAround(value, length));
  return around.flatMap((text) => (text === null ? [] : [{ kind, value: text }]));
}

export async function lookUp(parts: IntelParts, written: string): Promise<LookupView> {
  const { db, run, allows, places } = parts;
  const indicator = normaliseIndicator(null, written) ?? normaliseIndicator('agent', written);
  if (indicator === null) throw new Refusal('input-invalid', { errors: [{ pointer: '/value', detail: 'is no indicator' }] });
  const { kind, value } = indicator;
  const matches = await find(parts, { exact: wideningsOf(indicator), skip: 0, limit: MATCHES_MAX });
  const tables = tablesOf(db);
  const lists = (await readSources(tables)).filter(
    (row) => row.enabled && row.format === 'misp-warninglist' && row.content_digest !== null,
  );
  const warninglists = await Promise.all(lists.map(async ({ id }) => readContent(tables, id)));
  const known = await run({ kind: 'known', known: ownLists(await allows()), warninglists, indicator });
  const place = kind === 'address' && places !== undefined ? (await places()).find(value) : null;
  return {
    value,
    kind,
    matches,
    known: known.slice(0, MATCHES_MAX),
    place: place === null ? null : { country: place.country, asn: place.asn, network: place.network },
  };
}
