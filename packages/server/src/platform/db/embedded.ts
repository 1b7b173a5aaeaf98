import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { OpenFailed, PgliteSession } from './pglite-client.ts';
import { PgliteDialect, PgliteDriver } from './pglite-dialect.ts';
import { ensureTemplate } from './template.ts';
import { unpackTemplate } from './untar.ts';

/** Unpacking and opening need about this much; with less, a failure to open is the disk's and not the data's. */
const FREE_BYTES_MIN = 67_108_864;
/** Damaged directories kept for the operator; older ones are removed. */
const BROKEN_KEPT_MAX = 2;

export interface EmbeddedParts {
  readonly dataDir: string;
  readonly log: Log;
  readonly statementTimeoutMs: number;
}

export interface Embedded {
  readonly dialect: PgliteDialect;
  readonly rebuilt: boolean;
}

/** Opens `<dataDir>/pgdata`, unpacking the template at first start; data that cannot be opened is put aside, never deleted. */
export async function openEmbedded({ dataDir, log, statementTimeoutMs }: EmbeddedParts): Promise<Embedded> {
  const folder = path.resolve(dataDir, 'pgdata');
  const openSession = (): Promise<PgliteSession> => PgliteSession.open(folder, statementTimeoutMs);
  const isNew = !existsSync(path.join(folder, 'PG_VERSION'));
  if (isNew) await unpackInto(dataDir, folder);
  let rebuilt = false;
  let session: PgliteSession;
  try {
    session = await openTwice(openSession);
  } catch (error) {
    if (!(error instanceof OpenFailed)) throw new Refusal('database-unavailable', { cause: error });
    await assertRoom(dataDir, error);
    log.error({ err: error }, 'the embedded database cannot be opened; it is put aside and begun anew');
    await putAside(dataDir, folder);
    await unpackInto(dataDir, folder);
    session = await openAgain(openSession);
    rebuilt = true;
  }
  return { dialect: new PgliteDialect(new PgliteDriver(session, openSession)), rebuilt };
}

/** Good data must not be put aside for a passing shortage. */
async function openTwice(openSession: () => Promise<PgliteSession>): Promise<PgliteSession> {
  try {
    return await openSession();
  } catch {
    return openSession();
  }
}

async function openAgain(openSession: () => Promise<PgliteSession>): Promise<PgliteSession> {
  try {
    return await openSession();
  } catch (error) {
    throw new Refusal('database-unavailable', { detail: 'The embedded database does not start.', cause: error });
  }
}

/** Unpacked beside and renamed, so that a process killed here leaves either nothing or the whole. */
async function unpackInto(dataDir: string, folder: string): Promise<void> {
  const template = await ensureTemplate(dataDir);
  const partial = path.resolve(dataDir, 'pgdata.new');
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    await unpackTemplate(template, partial);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    await assertRoom(dataDir, error);
    // A damaged template is made anew at the next start.
    await rm(template, { force: true });
    throw new Refusal('database-unavailable', { detail: 'The embedded database could not be unpacked.', cause: error });
  }
}

async function assertRoom(dataDir: string, cause: unknown): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize < FREE_BYTES_MIN) {
    throw new Refusal('database-unavailable', { detail: 'The disk of the data directory is full.', cause });
  }
}

async function putAside(dataDir: string, folder: string): Promise<void> {
  const names = await readdir(dataDir);
  const broken = names.filter((name) => name.startsWith('pgdata.broken-')).sort();
  for (const name of broken.slice(0, Math.max(0, broken.length + 1 - BROKEN_KEPT_MAX))) {
    await rm(path.join(dataDir, name), { recursive: true, force: true });
  }
  await rename(folder, path.resolve(dataDir, `pgdata.broken-${Date.now()}`));
}
