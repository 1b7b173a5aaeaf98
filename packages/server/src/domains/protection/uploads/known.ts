import type { z } from 'zod';
import type { knownFileSchema, uploadKnownAnswerSchema, uploadKnownAskSchema } from '@holdfast/contract';
import { tablesOf } from '../change.ts';
import { readBlocked, readReleased } from './list-store.ts';
import { isInfected } from './upload-rules.ts';
import type { UploadParts } from './upload-parts.ts';

type Known = z.infer<typeof knownFileSchema>;

/**
 * What is known of these bytes before anybody looks at them. A release counts in its application, under the rules that saw the file.
 * A kept file is bad by what a scanner found in it: one that was kept because its hash was listed is so for as long as it is
 * listed, and those who ask look at the lists of threat intelligence themselves.
 */
export async function knownUploads(
  { db }: Pick<UploadParts, 'db'>,
  { application, hashes: asked }: z.infer<typeof uploadKnownAskSchema>,
  rules: string | null,
): Promise<z.infer<typeof uploadKnownAnswerSchema>> {
  const tables = tablesOf(db);
  const hashes = [...new Set(asked)];
  const blocked = await readBlocked(tables, hashes);
  const rows = await tables
    .selectFrom('protection_upload')
    .select(['hash', 'state', 'application', 'scans'])
    .where('hash', 'in', hashes)
    .where('state', 'in', ['infected', 'held', 'pending'])
    .execute();
  const released = rules === null ? new Set<string>() : await readReleased(tables, { application, hashes, rules });
  const standing = (hash: string): Known['standing'] | null => {
    const same = rows.filter((row) => row.hash === hash);
    if (blocked.has(hash) || same.some(({ state, scans }) => state === 'infected' && isInfected(scans))) return 'bad';
    if (released.has(hash)) return 'released';
    return same.some((row) => row.application === application && row.state === 'held') ? 'held' : null;
  };
  const known = hashes.flatMap((hash): Known[] => {
    const found = standing(hash);
    return found === null ? [] : [{ hash, standing: found }];
  });
  return { kind: 'upload-known', known };
}
