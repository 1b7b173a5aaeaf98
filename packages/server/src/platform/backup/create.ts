import { createHash } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../atomic-file.ts';
import { faultPoint } from '../fault-point.ts';
import { seal, type Sealing } from './seal.ts';
import { writeArchive, type ArchiveFacts } from './write-archive.ts';

export interface Created {
  readonly bytes: number;
  /** Of the sealed file, hex. */
  readonly sha256: string;
}

/** What is being written has this ending; one that a killed process left is no backup. */
export const PARTIAL_ENDING = '.partial';

/**
 * Writes one sealed file: beside its place first, synced, then renamed, so that a name never stands for half a backup.
 *
 * @example const { bytes } = await createBackup(facts, { file: '/backup/monday.age', sealing: { recipients: ['age1…'] } });
 */
export async function createBackup(facts: ArchiveFacts, { file, sealing }: { file: string; sealing: Sealing }): Promise<Created> {
  const partial = `${file}${PARTIAL_ENDING}`;
  const hash = createHash('sha256');
  try {
    const sealed = await seal(ReadableStream.from(writeArchive(facts)), sealing);
    await using handle = await open(partial, 'w', 0o600);
    for await (const chunk of sealed) {
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    faultPoint('backup:half');
    await handle.sync();
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  const { size } = await stat(partial);
  await rename(partial, file);
  await syncFolder(dirname(file));
  return { bytes: size, sha256: hash.digest('hex') };
}
