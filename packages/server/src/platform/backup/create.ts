import { open, rename, rm, stat } from 'node:fs/promises';
import { seal, type Sealing } from './seal.ts';
import { writeArchive, type ArchiveFacts } from './write-archive.ts';

/**
 * Writes one sealed file: beside its place first, synced, then renamed, so that a name never stands for half a backup.
 *
 * @example const { bytes } = await createBackup(facts, { file: '/backup/monday.age', sealing: { recipients: ['age1…'] } });
 */
export async function createBackup(
  facts: ArchiveFacts,
  { file, sealing }: { file: string; sealing: Sealing },
): Promise<{ bytes: number }> {
  const partial = `${file}.partial`;
  try {
    const sealed = await seal(ReadableStream.from(writeArchive(facts)), sealing);
    await using handle = await open(partial, 'w', 0o600);
    for await (const chunk of sealed) await handle.writeFile(chunk);
    await handle.sync();
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  const { size } = await stat(partial);
  await rename(partial, file);
  return { bytes: size };
}
