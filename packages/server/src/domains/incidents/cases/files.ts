import { INCIDENT_FILE_BYTES_MAX, type IncidentFile, type IncidentFileInput } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName } from '../../applications/index.ts';
import { changedEvent, changing, writeEntry, type CaseParts } from './case-parts.ts';
import { changeCase, mustFind, mustLock } from './case-store.ts';
import type { IncidentBy } from './cases.ts';
import { FILES_MAX, toFile } from './reading.ts';
import { tablesOf } from './tables.ts';
import { sha256Of } from './tasks.ts';

/** Its last part: a path of whoever sends it is nobody's business, and no control characters end up in a header. */
export const safeName = (name: string): string => {
  const last = name.split(/[/\\]/u).at(-1) ?? '';
  const clean = last.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"]/gu, '_').trim();
  return clean === '' || /^\.+$/u.test(clean) ? 'file' : clean.slice(0, 200);
};

export async function addFile(
  parts: CaseParts,
  id: string,
  { input, by }: { input: IncidentFileInput; by: IncidentBy },
): Promise<IncidentFile> {
  const content = Buffer.from(input.content, 'base64');
  if (content.length > INCIDENT_FILE_BYTES_MAX) {
    const detail = `more than ${INCIDENT_FILE_BYTES_MAX} bytes`;
    throw new Refusal('input-invalid', { errors: [{ pointer: '/content', detail }] });
  }
  return changing(parts, async (change) => {
    const { tx, now } = change;
    const { actor } = by;
    const row = await mustLock(tx, id, by);
    const { count } = await tx
      .selectFrom('incidents_case_file')
      .select((query) => query.fn.countAll<string>().as('count'))
      .where('incident', '=', row.id)
      .executeTakeFirstOrThrow();
    if (Number(count) >= FILES_MAX)
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: `an incident has ${FILES_MAX} files at most` }] });
    const file = parts.newId();
    const name = safeName(input.name);
    const sealed = parts.seal.file(file, content);
    const stored = {
      id: file,
      incident: row.id,
      bytes: content.length,
      sha256: sha256Of(content),
      added_at: now,
      added_by: actorName(actor),
      name: parts.seal.text('name', file, name),
    };
    await tx
      .insertInto('incidents_case_file')
      .values({ ...stored, data_key: sealed.key, content: sealed.content })
      .execute();
    await changeCase(tx, { id: row.id, now }, {});
    const event = changedEvent(parts, row, { actor, change: 'file-added', part: file, sha256: stored.sha256 });
    const words = { title: `File: ${name}`, detail: `${content.length} bytes, SHA-256 ${stored.sha256}` };
    await writeEntry(parts, change, { incident: row.id, lane: 'file', actor, ...words, ref: file, event });
    return toFile(parts, stored);
  });
}

export interface FileContent {
  readonly name: string;
  readonly content: Uint8Array;
}

export async function readFile(parts: CaseParts, id: string, file: string): Promise<FileContent> {
  const db = tablesOf(parts.db);
  const { id: incident } = await mustFind(db, id);
  const row = await db
    .selectFrom('incidents_case_file')
    .selectAll()
    .where('id', '=', file)
    .where('incident', '=', incident)
    .executeTakeFirst();
  if (row === undefined) throw new Refusal('not-found');
  return { name: parts.seal.openText('name', file, row.name), content: parts.seal.openFile(file, row.data_key, row.content) };
}
