import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openLastSigned } from '../../../packages/server/src/domains/audit/tree/last-signed.ts';
import { Publisher } from '../../../packages/server/src/domains/audit/tree/publisher.ts';
import { SegmentLog } from '../../../packages/server/src/domains/audit/segments/segment-log.ts';
import { openSigningKeys, type SigningKeys } from '../../../packages/server/src/domains/audit/tree/signing-key.ts';
import { openTreeFiles, type TreeFiles } from '../../../packages/server/src/domains/audit/tree/tree-files.ts';
import { systemClock as clock } from '../../../packages/server/src/platform/clock.ts';
import type { Database } from '../../../packages/server/src/platform/db/database.ts';
import { openKeyring } from '../../../packages/server/src/platform/keyring/keyring.ts';
import { silentLog as log } from '../../../packages/server/src/platform/log.ts';

/** The real log, tree and signer in a folder, while the database is away: the part of the ledger that must survive anything. */
export interface LedgerFiles {
  readonly segments: SegmentLog;
  readonly publisher: Publisher;
  readonly files: TreeFiles;
  readonly keys: SigningKeys;
  readonly damages: string[];
}

const away = (): never => {
  throw new RangeError('the database of this test is away');
};

export async function openLedgerFiles(dataDir: string): Promise<LedgerFiles> {
  const folder = join(dataDir, 'ledger');
  await mkdir(join(dataDir, 'keys'), { recursive: true });
  await mkdir(folder, { recursive: true });
  const keyring = await openKeyring({ dataDir });
  const keys = await openSigningKeys({ dataDir, node: 'killed', keyring });
  const segments = await SegmentLog.open({
    folder: join(folder, 'segments'),
    segmentBytesMax: 300_000,
    flushMs: 2,
    log,
    beforeSync: () => Promise.resolve(),
  });
  const files = openTreeFiles(folder);
  // Only `kysely.withTables` is ever asked of it here.
  const db = { kysely: { withTables: away } } as unknown as Database;
  const signed = await openLastSigned({ folder, origin: keys.origin, db, log });
  const damages: string[] = [];
  const publisher = new Publisher({
    segments,
    files,
    keys,
    signed,
    clock,
    log,
    onDamage: ({ place }) => void damages.push(place),
  });
  await publisher.recover();
  return { segments, publisher, files, keys, damages };
}
