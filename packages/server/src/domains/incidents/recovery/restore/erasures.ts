import { join } from 'node:path';
import { SubjectFile } from '../../../../platform/keyring/subject-file.ts';
import { erasedSubjects } from './ledger-folder.ts';

/** Who was erased after the backup was made must not come back: the ledger of before, where it is readable, knows. */
export async function replayErasures(unpacked: string, dataDir: string): Promise<number> {
  const before = await erasedSubjects(join(dataDir, 'ledger'));
  const erased = new Set([...(await erasedSubjects(join(unpacked, 'ledger'))), ...before]);
  const file = await SubjectFile.open(join(unpacked, 'keys', 'subjects.log'));
  for (const subject of erased) if (file.get(subject) !== null) await file.remove(subject);
  await file.close();
  return erased.size;
}
