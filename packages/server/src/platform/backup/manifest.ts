import { z } from 'zod';
import { Refusal } from '../refusal.ts';

export const BACKUP_FORMAT = 1;
export const MANIFEST_PATH = 'manifest.json';
export const MANIFEST_BYTES_MAX = 268_435_456;
const FILES_MAX = 2_000_000;
const TABLES_MAX = 1000;

const fileSchema = z.strictObject({
  path: z.string().max(100),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/u),
});

/** Stands last in the archive: only then is every digest known, and a cut archive has none. */
const manifestSchema = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  createdAt: z.number().int().nonnegative(),
  /** Version of Holdfast that wrote it. */
  holdfast: z.string().max(64),
  node: z.string().max(64),
  /** The signed head of the ledger at the time, as text; null = the ledger was empty. */
  checkpoint: z.string().max(65_536).nullable(),
  ledgerSize: z.number().int().nonnegative(),
  /** Rows of each table, so that a restore can be compared; left out by releases before. */
  rows: z
    .array(z.strictObject({ table: z.string().max(63), rows: z.number().int().nonnegative() }))
    .max(TABLES_MAX)
    .optional(),
  /** False = made without the keys of data subjects: records about people cannot be read after a restore. */
  subjectKeys: z.boolean(),
  files: z.array(fileSchema).max(FILES_MAX),
});

export type BackupManifest = z.infer<typeof manifestSchema>;
export type TableRows = NonNullable<BackupManifest['rows']>[number];
export type BackupFile = BackupManifest['files'][number];

export function readManifest(bytes: Uint8Array): BackupManifest {
  try {
    return manifestSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new Refusal('backup-unreadable', {
      detail: 'The list of contents in the backup is not understood. A newer Holdfast may have written it.',
      cause,
    });
  }
}
