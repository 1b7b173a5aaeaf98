import {
  INDICATOR_KINDS,
  intelEvents,
  type Detection,
  type EventRecord,
  type IndicatorInput,
  indicatorInputSchema,
  type IndicatorQuery,
  type IndicatorView,
  type IntelSelfTest,
  type IntelSourceInput,
  type IntelSourceView,
  type IntelStatus,
  type LookupView,
  type Page,
} from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import { entryId } from '../../../platform/lookup/entry-id.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import type { Actor } from '../../applications/index.ts';
import { DAY_MS, NO_ENTRIES } from './build/build-table.ts';
import { normaliseIndicator, type Indicator } from './formats/normalise.ts';
import { HitCounts } from './hit-counts.ts';
import type { Intel } from './intel.ts';
import type { IntelParts } from './intel-parts.ts';
import { ownLists } from './known/own-lists.ts';
import { PatternsInForce } from './patterns-in-force.ts';
import { PlantedCanary, type PlantedView } from './planted/planted-canary.ts';
import { RefusedTables } from './refused-tables.ts';
import { findIndicators, lookUp } from './look-up.ts';
import { refreshSource, takeText, troubleOf } from './refresh/refresh-source.ts';
import { faultsOf, newSource, OWN_NAME, OWN_SOURCE, toView } from './sources.ts';
import { countIndicators, deleteEnded, deleteIndicator, OWN_INDICATORS_MAX, upsertIndicator } from './store/indicator-store.ts';
import { claimDue, deleteSource, findSource, insertSource, readSources, updateSource } from './store/source-store.ts';
import { tablesOf, type IntelTables, type SourceRow } from './store/tables.ts';
import { runSelfTest } from './planted/self-test.ts';
import { createTableInForce, type NamedTable, type TableInForce } from './table-in-force.ts';
import { UnreadableSource } from './formats/entry.ts';

const SOURCES_MAX = 200;

export const createIntel = (parts: IntelParts): Intel => new StoredIntel(parts);

const invalid = (pointer: string, detail: string): Refusal => new Refusal('input-invalid', { errors: [{ pointer, detail }] });

class StoredIntel implements Intel {
  readonly #parts: IntelParts;
  readonly #table: TableInForce;
  readonly #patterns: PatternsInForce;
  readonly #counts = new HitCounts();
  readonly #canary = new PlantedCanary();
  readonly #refused = new RefusedTables();
  readonly #newId: () => string;
  #ticking: Promise<void> | null = null;

  constructor(parts: IntelParts) {
    this.#parts = parts;
    this.#table = createTableInForce(parts);
    this.#patterns = new PatternsInForce(parts);
    this.#newId = createUlid({ clock: parts.clock, random: (bytes) => randomBytes(bytes) });
  }

  async sources(): Promise<readonly IntelSourceView[]> {
    const rows = await readSources(tablesOf(this.#parts.db));
    return Promise.all(rows.map(async (row) => this.#view(row)));
  }

  async source(id: string): Promise<IntelSourceView> {
    return this.#view(await this.#found(id));
  }

  async addSource(input: IntelSourceInput, actor: Actor): Promise<IntelSourceView> {
    const { db, bus, clock } = this.#parts;
    const errors = faultsOf(input);
    if (errors.length > 0) throw new Refusal('input-invalid', { errors });
    const row = newSource(input, { id: this.#newId(), now: clock.now() });
    await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<IntelTables>();
      if ((await readSources(tx)).length >= SOURCES_MAX) throw invalid('/name', `there are ${SOURCES_MAX} sources already`);
      if (!(await insertSource(tx, row))) throw new Refusal('conflict', { errors: [{ pointer: '/name', detail: 'is taken' }] });
      const payload = { source: row.id, name: row.name, change: 'added' } as const;
      await bus.publish(transaction, [bus.newEvent(intelEvents.sourceChanged, { actor, target: row.id, payload })]);
    });
    return this.source(row.id);
  }

  async changeSource(id: string, to: Parameters<Intel['changeSource']>[1], actor: Actor): Promise<IntelSourceView> {
    const { db, bus, clock } = this.#parts;
    const row = await this.#found(id);
    const { enabled, everyMinutes, confidence, action } = to;
    const due = everyMinutes === undefined ? {} : { every_minutes: everyMinutes, next_at: clock.now() };
    const set = {
      ...(enabled === undefined ? {} : { enabled }),
      ...due,
      ...(confidence === undefined ? {} : { confidence }),
      ...(action === undefined ? {} : { action }),
    };
    await db.transaction(async (transaction) => {
      await updateSource(transaction.kysely.withTables<IntelTables>(), id, set);
      const payload = { source: id, name: row.name, change: 'changed' } as const;
      await bus.publish(transaction, [bus.newEvent(intelEvents.sourceChanged, { actor, target: id, payload })]);
    });
    await this.#follow();
    return this.source(id);
  }

  async removeSource(id: string, actor: Actor): Promise<void> {
    const { db, bus } = this.#parts;
    const row = await this.#found(id);
    await db.transaction(async (transaction) => {
      await deleteSource(transaction.kysely.withTables<IntelTables>(), id);
      const payload = { source: id, name: row.name, change: 'removed' } as const;
      await bus.publish(transaction, [bus.newEvent(intelEvents.sourceChanged, { actor, target: id, payload })]);
    });
    await this.#follow();
  }

  async refresh(id: string, actor: Actor): Promise<IntelSourceView> {
    const row = await this.#found(id);
    if (row.url === null) throw invalid('/source', 'it has no address: entries are brought with `holdfast intel import`');
    const { db, clock } = this.#parts;
    // Its next turn counts from here: what was read by hand is not read again at once.
    await updateSource(tablesOf(db), id, { next_at: clock.now() + row.every_minutes * 60_000 });
    await refreshSource(this.#parts, row, actor);
    await this.#follow();
    return this.source(id);
  }

  async bring(id: string, text: string, actor: Actor): Promise<IntelSourceView> {
    const row = await this.#found(id);
    if (row.url !== null) throw invalid('/source', 'it has an address and is read from there');
    try {
      await takeText(this.#parts, row, { text, etag: null, lastModified: null, position: null, actor });
    } catch (error) {
      if (error instanceof UnreadableSource) throw invalid('/text', troubleOf(error));
      throw error;
    }
    await this.#follow();
    return this.source(id);
  }

  async indicators(query: IndicatorQuery): Promise<Page<IndicatorView>> {
    return findIndicators(this.#parts, query);
  }

  async addIndicator(given: IndicatorInput, actor: Actor): Promise<IndicatorView> {
    const { db, bus, clock } = this.#parts;
    const { kind, value: written, confidence, action, days, reason } = indicatorInputSchema.parse(given);
    const indicator = normaliseIndicator(kind, written);
    if (indicator === null) throw invalid('/value', `is no ${kind}`);
    await this.#refuseKnown(indicator);
    const now = clock.now();
    const id = entryId(OWN_SOURCE, kind, indicator.value);
    const times = { first_seen_at: now, expires_at: now + days * DAY_MS };
    const row = { id, ...indicator, confidence, action, reason, created_by: `${actor.kind}:${actor.ref}`, ...times };
    await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<IntelTables>();
      if ((await countIndicators(tx)) >= OWN_INDICATORS_MAX)
        throw invalid('/value', 'there are too many: bring them as a source');
      await upsertIndicator(tx, row);
      const payload = { indicator: id, change: 'added', kind, reason } as const;
      await bus.publish(transaction, [bus.newEvent(intelEvents.indicatorChanged, { actor, target: id, reason, payload })]);
    });
    await this.#follow();
    const expiresAt = row.expires_at;
    return {
      id,
      ...indicator,
      source: OWN_SOURCE,
      sourceName: OWN_NAME,
      confidence,
      action,
      firstSeenAt: now,
      expiresAt,
      detail: reason,
    };
  }

  async removeIndicator(id: string, actor: Actor): Promise<void> {
    const { db, bus } = this.#parts;
    await db.transaction(async (transaction) => {
      const row = await deleteIndicator(transaction.kysely.withTables<IntelTables>(), id);
      if (row === undefined) throw new Refusal('not-found');
      const payload = { indicator: id, change: 'removed', kind: row.kind, reason: row.reason } as const;
      await bus.publish(transaction, [bus.newEvent(intelEvents.indicatorChanged, { actor, target: id, payload })]);
    });
    await this.#follow();
  }

  async lookup(value: string): Promise<LookupView> {
    return lookUp(this.#parts, value);
  }

  async status(): Promise<IntelStatus> {
    const state = await this.#table.state();
    const entries = state?.entries ?? NO_ENTRIES;
    const isEmpty = INDICATOR_KINDS.every((kind) => entries[kind] === 0);
    return {
      entries: INDICATOR_KINDS.map((kind) => ({ kind, entries: entries[kind] })),
      bytes: state?.bytes ?? 0,
      digest: isEmpty ? null : (state?.digest ?? null),
      compiledAt: isEmpty ? null : (state?.compiledAt ?? null),
      hits: this.#counts.totals(this.#parts.clock.now()),
      refused: this.#refused.last,
    };
  }

  async table(): Promise<NamedTable | null> {
    return this.#table.current();
  }

  planted(): PlantedView {
    return this.#canary.view(this.#parts.clock.monotonicMs());
  }

  async selfTest(actor: Actor): Promise<IntelSelfTest> {
    return runSelfTest({ ...this.#parts, table: this.#table, canary: this.#canary }, actor);
  }

  observe(events: readonly EventRecord[]): void {
    for (const event of events) {
      this.#canary.observe(event);
      const refused = this.#refused.observe(event);
      if (refused !== null) void this.#table.distrust(refused);
    }
    for (const event of events)
      for (const { kind, action } of this.#counts.observe(event))
        this.#parts.metrics.count('holdfast_intel_hits_total', [kind, action]);
  }

  matched(events: readonly EventRecord[]): readonly Detection[] {
    return this.#patterns.observe(events);
  }

  async tick(): Promise<void> {
    // A source may be slow: the next turn does not wait behind it, nor read it twice.
    this.#ticking ??= this.#tickOnce().finally(() => {
      this.#ticking = null;
    });
    return this.#ticking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ticking?.catch(() => undefined);
  }

  async #follow(): Promise<void> {
    await this.#table.follow();
    const isInForce = (await this.#table.current()) !== null;
    const planted = isInForce ? ((await this.#table.state())?.planted ?? null) : null;
    this.#canary.follow(planted, this.#parts.clock.monotonicMs());
  }

  async #tickOnce(): Promise<void> {
    const { db, clock } = this.#parts;
    const tables = tablesOf(db);
    await deleteEnded(tables, clock.now());
    for (const row of await claimDue(tables, clock.now())) await refreshSource(this.#parts, row);
    await this.#follow();
    await this.#patterns.follow();
    await this.#measure();
  }

  async #measure(): Promise<void> {
    const { metrics, clock } = this.#parts;
    const { entries, compiledAt } = await this.status();
    for (const { kind, entries: count } of entries) metrics.set('holdfast_intel_entries', count, [kind]);
    metrics.set('holdfast_intel_table_age_seconds', compiledAt === null ? 0 : Math.round((clock.now() - compiledAt) / 1000));
    metrics.set('holdfast_intel_stale_sources', (await this.sources()).filter(({ isStale }) => isStale).length);
  }

  /** Said at once, not found out later: what would lock everybody out is no indicator. */
  async #refuseKnown(indicator: Indicator): Promise<void> {
    const { run, allows } = this.#parts;
    const [why] = await run({ kind: 'known', known: ownLists(await allows()), warninglists: [], indicator });
    if (why !== undefined) throw invalid('/value', `is never taken as bad: ${why}`);
  }

  async #found(id: string): Promise<SourceRow> {
    const row = await findSource(tablesOf(this.#parts.db), id);
    if (row === undefined) throw new Refusal('not-found');
    return row;
  }

  async #view(row: SourceRow): Promise<IntelSourceView> {
    const state = await this.#table.state();
    const leftOut = state?.refused.find(({ source }) => source === row.id)?.counts ?? [];
    return toView(row, leftOut, this.#parts.clock.now());
  }
}
