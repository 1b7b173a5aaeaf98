import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '../../atomic-file.ts';
import { faultPoint } from '../../fault-point.ts';
import { newRootKey, readRootKey, writeRootKey } from '../root-key.ts';
import { closeRing, type Ring } from './ring-file.ts';
import { toKek, unwrapKey, wrapKey, type Kek } from './wrap.ts';

/** The new root key until the ring is wrapped with it. */
const nextFile = (rootKeyFile: string): string => `${rootKeyFile}.next`;
/** Where the one before stays, for backups that were made with it. */
export const keptFile = (rootKeyFile: string, id: string): string => `${rootKeyFile}.${id}`;

/** Step one: the new key is on the disk, and nothing is wrapped with it. */
export async function prepareRootKey(rootKeyFile: string): Promise<Kek> {
  const next = newRootKey();
  await writeRootKey(nextFile(rootKeyFile), next);
  next.bytes.fill(0);
  const written = await readRootKey(nextFile(rootKeyFile));
  if (written === null) throw new Error('assertion: the new root key was written just now');
  const kek = toKek(written);
  written.bytes.fill(0);
  return kek;
}

/** Step two makes this ring durable: from then on the new root key is the one that opens it. */
export function rewrapRing(ring: Ring, { from, to, now }: { from: Kek; to: Kek; now: number }): Ring {
  const keys = ring.keys.map((key) => {
    const { wrapped } = key;
    const opened = wrapped === null ? null : unwrapKey({ ...key, wrapped }, from);
    if (wrapped !== null && opened === null) throw new Error('assertion: a ring that is open can be opened');
    return opened === null ? key : { ...key, wrapped: wrapKey(key, opened.export(), to) };
  });
  return closeRing({ revision: ring.revision + 1, root: to.id, rootChangedAt: now, keys }, to);
}

/**
 * Step three, also at the next start when a crash came between: whichever root key the ring on the disk names gets the name
 * that root keys are looked for under. One that was never used is dropped. True = the file holds another key now.
 */
export async function settleRootKey(rootKeyFile: string, wanted: string | null): Promise<boolean> {
  const next = await readRootKey(nextFile(rootKeyFile));
  if (next === null) return false;
  const old = await readRootKey(rootKeyFile);
  if (next.id !== wanted) {
    // Only a key that nothing needs: without the right one beside it, nobody can tell.
    if (old?.id === wanted) await rm(nextFile(rootKeyFile), { force: true });
    return false;
  }
  if (old !== null && old.id !== next.id) await writeRootKey(keptFile(rootKeyFile, old.id), old);
  faultPoint('keyring:root:kept');
  await rename(nextFile(rootKeyFile), rootKeyFile);
  await syncFolder(path.dirname(rootKeyFile));
  for (const key of [next, old]) key?.bytes.fill(0);
  return true;
}
