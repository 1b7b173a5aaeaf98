import { assertExtends, LedgerError, type Head, type TileReader } from '@holdfast/ledger';
import path from 'node:path';
import { writeFileAtomically } from '../../../platform/atomic-file.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { readHead, swapHead, type StoredHead } from '../projection/store.ts';
import { readOrNull } from './tree-files.ts';

/** A database that does not answer in this time is away for now: the file alone decides. */
const SQL_TIMEOUT_MS = 500;

export interface LastSigned {
  /** What this node signed last, whatever became of the checkpoint file. Null = nothing yet. */
  readonly head: Head | null;
  /** Whether the file still says so. */
  isIntact(): Promise<boolean>;
  /**
   * Remembers a head before it is signed, in the file and in SQL, each compared with what it should still hold. Refuses a
   * head that does not extend the remembered ones: a log must never sign two histories.
   */
  advance(next: Head, readTile: TileReader): Promise<void>;
}

const toStored = ({ size, root }: Head): StoredHead => ({ size, root: Buffer.from(root).toString('base64') });
const fromStored = ({ size, root }: StoredHead): Head => ({ size, root: Buffer.from(root, 'base64') });
const isSame = (a: StoredHead | null, b: StoredHead | null): boolean => a?.size === b?.size && a?.root === b?.root;

const textOf = ({ size, root }: StoredHead): string => `${JSON.stringify({ size, root })}\n`;

export interface LastSignedParts {
  readonly folder: string;
  readonly origin: string;
  readonly db: Database;
  readonly log: Log;
}

export async function openLastSigned({ folder, origin, db, log }: LastSignedParts): Promise<LastSigned> {
  const file = path.join(folder, 'last-signed.json');
  // A damaged memory is found again by the first advance, which refuses: opening must not fail for it.
  let stored = await readFromFile(file).catch(() => null);

  const advanceSql = async (next: Head, readTile: TileReader): Promise<void> => {
    const row = await withTimeout(readHead(db, origin));
    // Usually the row is what was signed just before; anything else must at least be a beginning of this history.
    if (row !== null && !isSame(row, stored)) await assertExtends({ signed: fromStored(row), next, readTile });
    if (isSame(row, toStored(next))) return;
    if (await withTimeout(swapHead(db, origin, { before: row, next: toStored(next) }))) return;
    throw new LedgerError('head-inconsistent', 'another process signs for this log');
  };

  const isIntact = async (): Promise<boolean> => {
    const bytes = await readOrNull(file);
    return stored === null ? bytes === null : bytes?.toString() === textOf(stored);
  };

  return {
    get head() {
      return stored === null ? null : fromStored(stored);
    },
    isIntact,
    advance: async (next, readTile) => {
      if (!(await isIntact())) throw new LedgerError('head-inconsistent', 'last-signed.json was changed by another hand');
      if (stored !== null && next.size <= stored.size) await assertExtends({ signed: fromStored(stored), next, readTile });
      try {
        await advanceSql(next, readTile);
      } catch (error) {
        if (error instanceof LedgerError) throw error;
        log.warn({ err: error }, 'the signed head could not be remembered in the database; the file has it');
      }
      const wanted = toStored(next);
      if (!isSame(wanted, stored)) await writeFileAtomically(file, textOf(wanted));
      stored = wanted;
    },
  };
}

async function readFromFile(file: string): Promise<StoredHead | null> {
  const bytes = await readOrNull(file);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    // Checked field by field below.
    const { size, root } = value as { size?: unknown; root?: unknown };
    if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 && typeof root === 'string' && root.length === 44)
      return { size, root };
  } catch {
    // Falls through to the refusal: a damaged memory must not be taken for no memory.
  }
  throw new LedgerError('head-inconsistent', 'last-signed.json is damaged');
}

async function withTimeout<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RangeError('the database does not answer')), SQL_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
