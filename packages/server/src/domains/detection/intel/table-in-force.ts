import { INDICATOR_KINDS, intelEvents, type EventRecord } from '@holdfast/contract';
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { createTurns } from '../../../platform/in-turn.ts';
import { DAY_MS, type BuildInput, type BuildSource, type Built } from './build/build-table.ts';
import { lineOf, packLines } from './build/content.ts';
import { ownLists } from './known/own-lists.ts';
import type { IntelParts } from './intel-parts.ts';
import { newPlanted, plantedSource } from './planted/planted-source.ts';
import { OWN_SOURCE } from './sources.ts';
import { readIndicators } from './store/indicator-store.ts';
import { readContent, readSources } from './store/source-store.ts';
import { TableOnDisk, type TableState } from './table-on-disk.ts';
import { tablesOf, type IndicatorRow, type SourceRow } from './store/tables.ts';

/** Another number = the tables of an earlier version are made anew. */
const TABLE_VERSION = 1;
const FOLDER = 'intel';
/** An entry that came again is as sure as before; the table is made anew when that would be a difference. */
const FRESH_PARTS = 30;
/** What ended is no longer found at once; its place is given back now and then. */
const ENDED_EVERY_MS = 600_000;

/** So long it lasts before what is damaged again is made anew again. */
const DOUBTED_MS = 60_000;
/** A table in force gets another canary so often: what meets it shows that a change reaches the gateways. */
const PLANT_EVERY_MS = 3_600_000;

/** The table as a snapshot names it. */
export interface NamedTable {
  readonly digest: string;
  readonly file: string;
  readonly planted: string;
}

/** The table that gateways of this node use, and what it was made of. */
export interface TableInForce {
  /** For the snapshot; null = nothing is listed. */
  current(): Promise<NamedTable | null>;
  state(): Promise<TableState | null>;
  /** Makes it anew when what it is made of is no longer the same. Answers whether it did. */
  follow(): Promise<boolean>;
  /** A gateway could not read it: the next look makes another. */
  distrust(digest: string): Promise<void>;
  /** Makes it anew, with another canary in it, and keeps it in force meanwhile even where nothing else is listed. */
  whilePlanted<Result>(run: () => Promise<Result>): Promise<Result>;
}

interface Material {
  readonly sources: readonly SourceRow[];
  readonly indicators: readonly IndicatorRow[];
  readonly allows: readonly string[];
}

export function createTableInForce(parts: IntelParts): TableInForce {
  const { clock, changed } = parts;
  const disk = new TableOnDisk(path.join(parts.dataDir, FOLDER));
  const inTurn = createTurns();
  let opened: Promise<TableState | null> | null = null;
  let mendedMs = Number.NEGATIVE_INFINITY;
  let isDoubted = false;
  let trials = 0;

  const state = async (): Promise<TableState | null> => (opened ??= open(parts, disk));

  const build = async (material: Material, key: string, before: TableState | null): Promise<void> => {
    const made = await make(parts, disk, { material, key });
    opened = Promise.resolve(made);
    isDoubted = false;
    await tellRefused(parts, made, before);
    await changed();
    // Gateways may still be reading the one before.
    await disk.keepOnly([made.digest, ...(before === null ? [] : [before.digest])]);
  };
  /** Damaged meanwhile, and not just mended: a disk that damages everything is not written to in each turn. */
  const isToBeMended = async (before: TableState): Promise<boolean> => {
    if (clock.monotonicMs() - mendedMs < DOUBTED_MS || (await disk.isWhole(before.digest))) return false;
    mendedMs = clock.monotonicMs();
    await tellDamaged(parts, before);
    return true;
  };

  const follow = async (isAsked: boolean): Promise<boolean> =>
    inTurn(async () => {
      const before = await state();
      const material = await readMaterial(parts);
      const key = keyOf(material);
      const now = clock.now();
      const isRefused = isDoubted && before !== null && now - before.compiledAt >= DOUBTED_MS;
      const isSame = !isAsked && !isRefused && before?.key === key && !isDue(before, now);
      if (isSame && before !== null && !(await isToBeMended(before))) return false;
      if (!isAsked && before === null && material.sources.length + material.indicators.length === 0) return false;
      await build(material, key, before);
      return true;
    });
  return {
    async current() {
      const held = await state();
      if (held === null || (isEmpty(held) && trials === 0)) return null;
      return { digest: held.digest, file: disk.fileOf(held.digest), planted: held.planted?.host ?? '' };
    },
    state,
    follow: async () => follow(false),
    async distrust(digest) {
      if ((await state())?.digest === digest) isDoubted = true;
    },
    async whilePlanted(act) {
      trials += 1;
      try {
        await follow(true);
        return await act();
      } finally {
        trials -= 1;
        const held = await state();
        // Nobody is to look anything up in a table in which nothing is listed.
        if (held !== null && isEmpty(held)) await changed();
      }
    },
  };
}

interface Making {
  readonly material: Material;
  readonly key: string;
}

async function make(parts: IntelParts, disk: TableOnDisk, { material, key }: Making): Promise<TableState> {
  const planted = { host: newPlanted(), at: parts.clock.now() };
  const built = await parts.run({ kind: 'build', input: await inputOf(parts, material, planted) });
  const made = stateOf(built, { key, planted });
  await disk.write(made, built.bytes);
  return made;
}

/** A disk may have lost what was written before this process: gateways are to begin with a table that they can read. */
async function open(parts: IntelParts, disk: TableOnDisk): Promise<TableState | null> {
  const held = await disk.readState();
  if (held !== null && (isEmpty(held) || (await disk.isWhole(held.digest)))) return held;
  try {
    const material = await readMaterial(parts);
    if (held === null && material.sources.length + material.indicators.length === 0) return null;
    if (held !== null) await tellDamaged(parts, held);
    return await make(parts, disk, { material, key: keyOf(material) });
  } catch (error) {
    parts.log.error({ err: error }, 'a table of threat intelligence could not be made anew; tried later');
    return held;
  }
}

async function tellDamaged({ bus, log }: IntelParts, { digest }: TableState): Promise<void> {
  log.error({ digest: digest.slice(0, 12) }, 'the table of threat intelligence is damaged; another one is made');
  const payload = { table: digest, detail: 'its file is not as it was written' };
  await bus.record(bus.newEvent(intelEvents.tableRefused, { target: digest, outcome: 'failed', payload }));
}

function stateOf(
  { bytes, digest, entries, refused, nextEndAt }: Built,
  { key, planted }: { readonly key: string; readonly planted: NonNullable<TableState['planted']> },
): TableState {
  const told = refused.map((one) => ({ ...one, counts: [...one.counts], told: [...one.told] }));
  return { key, digest, compiledAt: planted.at, bytes: bytes.length, nextEndAt, planted, entries, refused: told };
}

const isEmpty = ({ entries }: TableState): boolean => INDICATOR_KINDS.every((kind) => entries[kind] === 0);

function isDue(held: TableState, now: number): boolean {
  const { nextEndAt, compiledAt, planted } = held;
  if (nextEndAt !== null && nextEndAt <= now && now - compiledAt >= ENDED_EVERY_MS) return true;
  return !isEmpty(held) && (planted === null || now - planted.at >= PLANT_EVERY_MS);
}

async function inputOf(
  { db, clock }: IntelParts,
  material: Material,
  planted: { host: string; at: number },
): Promise<BuildInput> {
  const now = clock.now();
  const tables = tablesOf(db);
  const enabled = material.sources.filter((source) => source.enabled && source.content_digest !== null);
  const contents = await Promise.all(enabled.map(async (row) => ({ row, content: await readContent(tables, row.id) })));
  const warninglists = contents.filter(({ row }) => row.format === 'misp-warninglist').map(({ content }) => content);
  const listed = contents.filter(({ row }) => row.format !== 'misp-warninglist');
  const sources = [
    plantedSource(planted),
    ...ownSources(material.indicators, now),
    ...listed.map(({ row, content }) => buildSource(row, content, now)),
  ];
  return { sources, warninglists, known: ownLists(material.allows), now, seed: randomBytes(4).readUInt32LE() };
}

async function readMaterial({ db, allows }: IntelParts): Promise<Material> {
  const tables = tablesOf(db);
  return { sources: await readSources(tables), indicators: await readIndicators(tables), allows: await allows() };
}

/** Names everything that a table is made of. */
function keyOf({ sources, indicators, allows }: Material): string {
  const held = sources
    .filter(({ enabled }) => enabled)
    .map(({ id, content_digest, action, confidence, days, refreshed_at }) => [
      id,
      content_digest,
      action,
      confidence,
      days,
      Math.floor((refreshed_at ?? 0) / ((days * DAY_MS) / FRESH_PARTS)),
    ]);
  return createHash('sha256')
    .update(JSON.stringify([TABLE_VERSION, held, indicators, allows.toSorted(), ownLists([])]))
    .digest('hex');
}

function buildSource({ id, action, confidence, days, refreshed_at }: SourceRow, content: Uint8Array, now: number): BuildSource {
  return { id, action, confidence, days, seenAt: refreshed_at ?? now, content };
}

/** Each of our own says itself what it does: one source for each action, all of one name. */
function ownSources(indicators: readonly IndicatorRow[], now: number): BuildSource[] {
  return (['watch', 'score', 'block'] as const).map((action) => {
    const own = indicators.filter((row) => row.action === action && row.expires_at > now);
    const lines = own.map(({ kind, value, confidence, first_seen_at: firstSeenAt, expires_at: expiresAt }) =>
      lineOf({ kind, value, confidence, firstSeenAt, expiresAt, seenAt: firstSeenAt, detail: null }),
    );
    return { id: OWN_SOURCE, action, confidence: 100, days: OWN_DAYS_MAX, seenAt: now, content: packLines(lines) };
  });
}
/** As long as one may be asked for. */
const OWN_DAYS_MAX = 3650;

/** Each once, and no more than a few of a source: a list of private addresses has many. */
async function tellRefused({ bus, log }: IntelParts, made: TableState, before: TableState | null): Promise<void> {
  const toldBefore = new Set(
    (before?.refused ?? []).flatMap(({ source, told }) => told.map(({ value }) => `${source} ${value}`)),
  );
  const events: EventRecord[] = [];
  for (const { source, told } of made.refused)
    for (const { value, why: reason } of told) {
      if (toldBefore.has(`${source} ${value}`)) continue;
      log.warn({ source, value, why: reason }, 'an entry of threat intelligence was not taken');
      events.push(bus.newEvent(intelEvents.entryRefused, { payload: { source, value, why: reason } }));
    }
  for (const event of events) await bus.record(event);
}
