import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../atomic-file.ts';
import { Refusal } from '../../refusal.ts';

/** Beside the keyring, and like it in every backup: what is in it is wrapped, or only says where to look. */
const NAME = 'seal.json';
const DOCUMENT_CHARS_MAX = 16_384;

const root = z.string().regex(/^root_[0-9a-f]{12}$/u);
const base64url = z
  .string()
  .max(4096)
  .regex(/^[\w-]+$/u);
const base = { version: z.literal(1), root };

/** How the root key is kept, when it is not in a key file. */
export const sealDocumentSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...base,
    kind: z.literal('passphrase'),
    /** RFC 9106; bounded, so that a changed file cannot make a start take all memory. */
    argon2id: z.strictObject({
      memoryKib: z.number().int().min(19_456).max(1_048_576),
      passes: z.number().int().min(1).max(16),
      lanes: z.number().int().min(1).max(4),
    }),
    salt: base64url,
    wrapped: base64url,
  }),
  z.strictObject({
    ...base,
    kind: z.literal('shares'),
    set: z.string().regex(/^[0-9a-f]{8}$/u),
    need: z.number().int().min(2).max(255),
    of: z.number().int().min(2).max(255),
    wrapped: base64url,
  }),
  z.strictObject({ ...base, kind: z.literal('credential'), name: z.string().regex(/^[\w.-]{1,128}$/u) }),
  z.strictObject({ ...base, kind: z.literal('transit'), key: z.string().max(128), wrapped: z.string().max(4096) }),
]);
export type SealDocument = z.infer<typeof sealDocumentSchema>;

export const sealFileOf = (dataDir: string): string => path.resolve(dataDir, 'keys', NAME);

/** Null = the root key is in its key file, as at the first start. */
export async function readSealDocument(dataDir: string): Promise<SealDocument | null> {
  let text: string;
  try {
    text = await readFile(sealFileOf(dataDir), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Refusal('data-dir-unusable', { detail: `keys/${NAME} cannot be read.`, cause: error });
  }
  try {
    if (text.length > DOCUMENT_CHARS_MAX) throw new RangeError('too long');
    return sealDocumentSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Refusal('key-wrong', {
      detail: `keys/${NAME}, which says how the root key is kept, is damaged: restore it from a backup. Nothing was changed.`,
      cause: error,
    });
  }
}

export async function writeSealDocument(dataDir: string, document: SealDocument): Promise<void> {
  await writeFileAtomically(sealFileOf(dataDir), `${JSON.stringify(document, null, 2)}\n`);
}

export async function removeSealDocument(dataDir: string): Promise<void> {
  await rm(sealFileOf(dataDir), { force: true });
}
