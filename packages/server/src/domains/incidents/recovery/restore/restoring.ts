import { openDrillKey } from '../drill-key.ts';
import { readPending, removePending } from '../pending.ts';
import { inspectLedgerFolder } from './ledger-folder.ts';
import { checkBackupInto } from './check-backup.ts';
import { replayErasures } from './erasures.ts';
import { loadUnpacked, settleLoaded } from './load.ts';
import { assertContinues, assertWitnessed, readWitness, witnessesInPlace } from './witness.ts';

/** What making a data directory out of a backup consists of, for commands that do it for good. */
export const restoring = {
  openDrillKey,
  readPending,
  removePending,
  inspectLedgerFolder,
  checkBackupInto,
  witnessesInPlace,
  readWitness,
  assertWitnessed,
  assertContinues,
  replayErasures,
  loadUnpacked,
  settleLoaded,
} as const;
