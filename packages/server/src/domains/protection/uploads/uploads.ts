import {
  uploadEvents,
  type Answer,
  type Ask,
  type BlockImported,
  type BlockView,
  type EventRecord,
  type Page,
  type PageQuery,
  type ScannerHealth,
  type UploadDetail,
  type UploadListQuery,
  type UploadStatus,
  type UploadView,
} from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import type { Actor } from '../../applications/index.ts';
import { tablesOf } from '../change.ts';
import { blockHash, importHashes, listBlocks, unblockHash } from './blocking.ts';
import { deleteUpload, keptHere, releaseUpload, type Decision } from './deciding.ts';
import { keepUpload, storedUpload } from './keeping.ts';
import { createKeptFiles } from './kept-files.ts';
import { knownUploads } from './known.ts';
import { createUploadObserver, DAY_MS } from './observer.ts';
import { createRescan } from './rescan.ts';
import { rulesNow } from './scanner.ts';
import { createUploadSeal } from './sealed.ts';
import { dropUnfinished, sweepUploads } from './sweep.ts';
import type { UploadParts } from './upload-parts.ts';
import { readStatus } from './status.ts';
import { findUpload, readUploads } from './upload-store.ts';
import { toDetail, toView } from './views.ts';
import { zipBytes, ZIP_BYTES_MAX, zipCopy } from './zip-copy.ts';

type UploadAsk = Extract<Ask, { kind: 'upload-known' | 'upload-keep' | 'upload-stored' }>;

export interface UploadsOptions extends Omit<UploadParts, 'files' | 'seal' | 'newId' | 'changed'> {
  readonly keyring: Pick<Keyring, 'seal' | 'open'>;
  readonly dataDir: string;
}

/** A kept file as an archive that nothing opens by accident. */
export interface UploadCopy {
  readonly name: string;
  readonly bytes: number;
  readonly content: AsyncIterable<Buffer>;
}

/** Files that were not passed on: kept encrypted, looked at again, released or deleted; and the list of bad hashes. */
export interface Uploads extends AsyncDisposable {
  /** What gateways ask while an upload waits. */
  answer(ask: UploadAsk): Promise<Answer>;
  /** Every event of the gateway passes here; what is not about uploads is ignored. */
  observe(event: EventRecord): void;
  list(query: UploadListQuery): Promise<Page<UploadView>>;
  show(id: string): Promise<UploadDetail>;
  release(decision: Decision): Promise<UploadDetail>;
  remove(decision: Decision): Promise<void>;
  /** Recorded before a byte of it is given. */
  copy(id: string, actor: Actor): Promise<UploadCopy>;
  block(input: { readonly hash: string; readonly reason: string }, actor: Actor): Promise<void>;
  unblock(input: { readonly hash: string; readonly reason: string }, actor: Actor): Promise<void>;
  importBlocks(input: { readonly hashes: readonly string[]; readonly reason: string }, actor: Actor): Promise<BlockImported>;
  blocks(query: PageQuery & { readonly q?: string | undefined }): Promise<Page<BlockView>>;
  /** All, or one. Goes on beside the caller. */
  rescan(id: string | null): Promise<UploadStatus>;
  status(): Promise<UploadStatus>;
  readonly scanners: () => Promise<readonly ScannerHealth[]>;
  /** Before any gateway of this node asks: what an earlier process left unfinished is removed. */
  start(): Promise<void>;
  /** Now and then. */
  tick(): Promise<void>;
}

/** Rules do not change from one question to the next. */
const HEALTH_MS = 2000;

export function createUploads(options: UploadsOptions): Uploads {
  const { db, clock, log, scanner, dataDir, keyring } = options;
  const parts: UploadParts = {
    ...options,
    files: createKeptFiles(join(dataDir, 'quarantine')),
    seal: createUploadSeal(keyring),
    newId: createUlid({ clock, random: (bytes) => randomBytes(bytes) }),
    // Nothing of this is in a snapshot: gateways ask.
    changed: () => {},
  };
  const observer = createUploadObserver({ db, clock, log });
  const scanners = remembered(
    () => scanner.health(),
    HEALTH_MS,
    () => clock.monotonicMs(),
  );
  const rules = async (): Promise<string | null> => rulesNow(await scanners());
  const rescan = createRescan(parts, rules);
  const runRescan = (): void =>
    void rescan.run().catch((error: unknown) => log.warn({ err: error }, 'kept files could not be scanned again; tried later'));
  const status = async (): Promise<UploadStatus> => {
    const totals = await observer.totals(clock.now() - TOTAL_DAYS * DAY_MS);
    return readStatus(parts, { scanners: await scanners(), rescan: await rescan.view(), totals, days: TOTAL_DAYS });
  };
  return {
    async answer(ask) {
      if (ask.kind === 'upload-known') return knownUploads(parts, ask, await rules());
      if (ask.kind === 'upload-keep') return keepUpload(parts, ask);
      await storedUpload(parts, ask);
      return { kind: 'upload-stored' };
    },
    observe: (event) => observer.observe(event),
    async list({ limit, ...query }) {
      const rows = await readUploads(tablesOf(db), { ...query, limit: limit + 1 });
      const items = rows.slice(0, limit).map((row) => toView(row, parts.seal));
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async show(id) {
      const row = await findUpload(tablesOf(db), id);
      if (row === null) throw new Refusal('not-found');
      return toDetail(row, parts.seal);
    },
    release: async (decision) => releaseUpload(parts, decision),
    remove: async (decision) => deleteUpload(parts, decision),
    copy: async (id, actor) => copyOf(parts, id, actor),
    ...listOf(parts, { flush: async () => observer.flush(), looked: runRescan }),
    async rescan(id) {
      if (id !== null) await keptHere(parts, id);
      await rescan.restart(id);
      runRescan();
      return status();
    },
    status,
    scanners,
    start: async () => dropUnfinished(parts),
    async tick() {
      await sweepUploads(parts);
      await rescan.run();
    },
    async [Symbol.asyncDispose]() {
      await rescan[Symbol.asyncDispose]();
      await observer[Symbol.asyncDispose]();
    },
  };
}

const TOTAL_DAYS = 30;

interface Around {
  /** What was passed on a moment ago counts too. */
  readonly flush: () => Promise<void>;
  /** What was bad by the list alone is looked at anew. */
  readonly looked: () => void;
}

function listOf(parts: UploadParts, { flush, looked }: Around): Pick<Uploads, 'block' | 'unblock' | 'importBlocks' | 'blocks'> {
  return {
    async block(input, actor) {
      await flush();
      return blockHash(parts, input, actor);
    },
    async unblock(input, actor) {
      await unblockHash(parts, input, actor);
      looked();
    },
    async importBlocks(input, actor) {
      await flush();
      return importHashes(parts, input, actor);
    },
    blocks: async (query) => listBlocks(parts, query),
  };
}

async function copyOf(parts: UploadParts, id: string, actor: Actor): Promise<UploadCopy> {
  const { bus, seal, files } = parts;
  const row = await keptHere(parts, id);
  if (row.data_key === null || row.bytes > ZIP_BYTES_MAX) throw new Refusal('upload-unreadable');
  const key = seal.openKey(id, row.data_key);
  await bus.record(bus.newEvent(uploadEvents.downloaded, { actor, target: id, payload: { upload: id, hash: row.hash } }));
  // Never the name that somebody gave it: it may be one that a shell or a page would act on.
  const inside = `${row.hash}.bin`;
  return { name: `${id}.zip`, bytes: zipBytes(inside, row.bytes), content: zipCopy(inside, files.read(id, key)) };
}

/** Asks once for many that want to know within a while. */
function remembered<Value>(ask: () => Promise<Value>, forMs: number, nowMs: () => number): () => Promise<Value> {
  let kept: { readonly value: Promise<Value>; readonly until: number } | null = null;
  return async () => {
    if (kept === null || kept.until <= nowMs()) kept = { value: ask(), until: nowMs() + forMs };
    return kept.value.catch((error: unknown) => {
      kept = null;
      throw error;
    });
  };
}
