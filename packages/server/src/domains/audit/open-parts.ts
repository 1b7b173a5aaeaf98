import { controlEvents } from '@holdfast/contract';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../platform/config/schema.ts';
import type { Foundation } from '../../platform/foundation.ts';
import { openLastSigned, type LastSigned } from './tree/last-signed.ts';
import { Projection } from './projection/projection.ts';
import { Publisher } from './tree/publisher.ts';
import { Scrubber } from './projection/scrubber.ts';
import { createSearchKeys, type SearchKeys } from './search/search-keys.ts';
import { SegmentLog } from './segments/segment-log.ts';
import { openSigningKeys, type SigningKeys } from './tree/signing-key.ts';
import { openTreeFiles, type TreeFiles } from './tree/tree-files.ts';

const PLACE_CHARACTERS_MAX = 500;
const SEARCH_PURPOSE = 'audit search';

export interface AuditParts {
  readonly platform: Pick<Foundation, 'dataDir' | 'clock' | 'log' | 'keyring' | 'subjectKeys' | 'db' | 'bus'>;
  readonly settings: Pick<Config['audit'], 'requests' | 'segmentBytesMax' | 'spoolBytesMax' | 'flushMs'>;
  readonly node: string;
  /** False = it reads again what it has only when it is asked to: a test of damage must not be overtaken. Left out = true. */
  readonly scrubsByItself?: boolean;
}

export interface Opened {
  readonly segments: SegmentLog;
  readonly files: TreeFiles;
  readonly keys: SigningKeys;
  readonly signed: LastSigned;
  readonly publisher: Publisher;
  readonly projection: Projection;
  readonly scrubber: Scrubber;
  readonly searchKeys: SearchKeys;
  /** Before anything else is recorded: what is put back into the segments must come right behind what is there. */
  recover(): Promise<void>;
  /** Tells what was found, and starts the followers; needs a recorder on the bus. */
  follow(): Promise<void>;
  close(): Promise<void>;
}

/** Segments first: they are the truth. Tree, projection and scrubber follow them, each at its own pace. */
export async function openParts({ platform, settings, node, scrubsByItself = true }: AuditParts): Promise<Opened> {
  const { dataDir, clock, log, keyring, subjectKeys, db, bus } = platform;
  const folder = path.join(dataDir, 'ledger');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keys = await openSigningKeys({ dataDir, node, keyring, now: clock.now() });
  const segments = await SegmentLog.open({
    folder: path.join(folder, 'segments'),
    segmentBytesMax: settings.segmentBytesMax,
    flushMs: settings.flushMs,
    log,
    beforeSync: () => subjectKeys.flush(),
  });
  const files = openTreeFiles(folder);
  const signed = await openLastSigned({ folder, origin: keys.origin, db, log });
  type Damage = { place: string; index: number | null; repaired: boolean };
  /** Found while recovering; told when records can be taken. */
  let early: Damage[] | null = [];
  const tell = (payload: Damage): void => {
    const { repaired } = payload;
    const event = bus.newEvent(controlEvents.ledgerDamaged, {
      payload: { ...payload, place: payload.place.slice(0, PLACE_CHARACTERS_MAX) },
      outcome: repaired ? 'ok' : 'failed',
      severity: repaired ? 'high' : 'critical',
    });
    bus
      .record(event)
      .catch((error: unknown) => log.error({ err: error, place: payload.place }, 'damage of the ledger could not be recorded'));
  };
  const onDamage = (damage: Damage): void => {
    if (early === null) tell(damage);
    else early.push(damage);
  };
  const publisher = new Publisher({ segments, files, keys, signed, clock, log, onDamage });
  const searchKeys = openSearchKeys(platform);
  const projection = new Projection({ db, segments, origin: keys.origin, keys: searchKeys, log });
  const scrubber = new Scrubber({ segments, files, keys, signed, publisher, projection, db, searchKeys, log, onDamage });

  const { size, scan } = segments;
  const follow = async (): Promise<void> => {
    const found = early ?? [];
    early = null;
    for (const damage of found) tell(damage);
    for (const { from } of scan.lost) tell({ place: 'a segment lost records', index: from, repaired: false });
    publisher.start();
    projection.start();
    if (scrubsByItself) scrubber.start();
    const payload = { size, cutBytes: scan.tornBytes, checkpoint: publisher.published?.size ?? 0 };
    // A disk that is full at the start must not keep the process from serving what needs no record.
    await bus
      .record(bus.newEvent(controlEvents.ledgerOpened, { payload }))
      .catch((error: unknown) => log.error({ err: error }, 'the ledger is open but takes no records'));
  };
  const close = async (): Promise<void> => {
    await scrubber.close();
    await segments.flush();
    await publisher.close();
    await projection.close();
    await segments.close();
  };
  return {
    segments,
    files,
    keys,
    signed,
    publisher,
    projection,
    scrubber,
    searchKeys,
    recover: () => publisher.recover(),
    follow,
    close,
  };
}

/** Searching by a path needs keys: one to read it with, and one to hide it with. */
function openSearchKeys({ keyring, subjectKeys }: AuditParts['platform']): SearchKeys {
  return createSearchKeys(
    (text) => keyring.hmac(SEARCH_PURPOSE, text),
    (value) => subjectKeys.decrypt(value),
  );
}
