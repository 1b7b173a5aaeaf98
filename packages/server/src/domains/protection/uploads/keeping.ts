import type { UploadKeepAnswer, UploadKeepAsk } from '@holdfast/contract';
import { faultPoint } from '../../../platform/fault-point.ts';
import { cleanText } from './clean-text.ts';
import type { Change } from '../change.ts';
import { rulesOf } from './scanner.ts';
import { evictions } from './upload-rules.ts';
import { changing, endUpload, nowBad, BY_UPLOADS, type UploadParts } from './upload-parts.ts';
import {
  changeUpload,
  dropUpload,
  insertUpload,
  keptBytes,
  keptOn,
  lockKept,
  lockUpload,
  type UploadRow,
} from './upload-store.ts';

/** A gateway that was killed never says what became of a file. */
export const PENDING_MS_MAX = 600_000;
const NOTHING: UploadKeepAnswer = { kind: 'upload-keep', keep: null };

/** A gateway is about to keep a file: it gets a place and a key, and writes the ciphertext itself. */
export async function keepUpload(parts: UploadParts, ask: UploadKeepAsk): Promise<UploadKeepAnswer> {
  const { newId, node, seal, files } = parts;
  const id = newId();
  const { key, sealed } = seal.newKey(id);
  const isNew = await changing(parts, async (change) => {
    const known = await lockKept(change.tx, { application: ask.application, hash: ask.file.hash });
    if (known !== null && !(await isLost(change, known))) {
      await seenAgain(parts, change, { known, ask });
      return false;
    }
    if (!(await makeRoom(parts, change, ask.file.bytes))) return false;
    const { file, application, cause, requestId } = ask;
    return insertUpload(change.tx, {
      id,
      state: 'pending',
      hash: file.hash,
      bytes: file.bytes,
      node,
      application,
      cause,
      found_type: file.foundType,
      scans: file.scans,
      details: seal.sealDetails(id, detailsOf(ask)),
      data_key: sealed,
      request_id: requestId,
      created_at: change.now,
      last_seen: change.now,
      judged_with: cause === 'unscanned' ? null : rulesOf(file.scans),
    });
  });
  const answer = isNew ? { id, path: files.pathOf(id), key: key.toString('base64') } : null;
  key.fill(0);
  return answer === null ? NOTHING : { kind: 'upload-keep', keep: answer };
}

const detailsOf = ({ file, method, path, address, person }: UploadKeepAsk) => ({
  name: cleanText(file.name, 255),
  declaredType: file.declaredType,
  field: cleanText(file.field, 256),
  findings: file.findings.map(({ code, place, detail }) => ({
    code,
    place: cleanText(place, 512),
    detail: cleanText(detail, 200),
  })),
  method,
  path: cleanText(path, 512),
  address,
  person,
});

/** Its gateway never said whether it was written: another copy takes its place. */
async function isLost({ tx, now }: Change, known: UploadRow): Promise<boolean> {
  if (known.state !== 'pending' || known.created_at > now - PENDING_MS_MAX) return false;
  await dropUpload(tx, known.id);
  return true;
}

interface Again {
  readonly known: UploadRow;
  readonly ask: UploadKeepAsk;
}

/** The same bytes, kept already: counted, and bad from now on if a scanner says so by now. */
async function seenAgain(parts: UploadParts, change: Change, { known, ask: { cause, file } }: Again): Promise<void> {
  const seen = { times: known.times + 1, last_seen: change.now };
  const isNewlyBad = cause === 'infected' && known.state !== 'infected' && known.state !== 'pending';
  if (!isNewlyBad) return changeUpload(change.tx, known.id, seen);
  await changeUpload(change.tx, known.id, {
    ...seen,
    state: 'infected',
    scans: file.scans,
    judged_at: change.now,
    judged_with: rulesOf(file.scans),
  });
  await nowBad(parts, change, { hash: known.hash, detail: namedBy(file.scans) });
}

export const namedBy = (scans: UploadRow['scans']): string => {
  const found = scans.find(({ verdict }) => verdict === 'infected');
  return found === undefined ? 'its hash is listed' : `${found.scanner}: ${found.detail}`;
};

/** False = no room, and nothing that may go. */
async function makeRoom(parts: UploadParts, change: Change, bytes: number): Promise<boolean> {
  const { bytesMax, node, log } = parts;
  const free = bytesMax - (await keptBytes(change.tx, node));
  if (free >= bytes) return true;
  const kept = (await keptOn(change.tx, node)).map(({ created_at: createdAt, ...row }) => ({ ...row, createdAt }));
  const chosen = bytes > bytesMax ? null : evictions(kept, bytes - free);
  if (chosen === null) {
    log.error({ bytes, bytes_max: bytesMax }, 'a file was not kept: the quarantine is full of files that wait for somebody');
    return false;
  }
  const hashOf = new Map(kept.map(({ id, hash }) => [id, hash]));
  for (const { id } of chosen) {
    const row = { id, hash: hashOf.get(id) ?? '' };
    await endUpload(parts, change, { row, reason: 'to make room for others', actor: BY_UPLOADS });
  }
  return true;
}

/** The ciphertext is durable, or there is none. */
export async function storedUpload(parts: UploadParts, { id, stored }: { id: string; stored: boolean }): Promise<void> {
  faultPoint('uploads:stored');
  await changing(parts, async (change) => {
    const row = await lockUpload(change.tx, id);
    // It was given up meanwhile: what was written is swept.
    if (row?.state !== 'pending') return;
    if (!stored) return dropUpload(change.tx, id);
    const isInfected = row.cause === 'infected';
    await changeUpload(change.tx, id, { state: isInfected ? 'infected' : 'held' });
    if (isInfected) await nowBad(parts, change, { hash: row.hash, detail: namedBy(row.scans) });
  });
}
