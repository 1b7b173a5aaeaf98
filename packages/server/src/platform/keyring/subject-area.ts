import { setImmediate as pause } from 'node:timers/promises';
import { UnopenedError } from './areas/table-area.ts';
import { openBytes, sealBytes, type Place } from './envelope.ts';
import type { Keyring } from './keyring.ts';
import type { SealedArea } from './sealed-area.ts';
import type { SubjectFile, WrappedKey } from './subject-file.ts';

type Wrapping = Pick<Keyring, 'subjects'>;

const FAULTS_NAMED_MAX = 10;
/** Requests wait at most for so many: some milliseconds. */
const IN_A_ROW = 500;

const placeOf = (name: string): Place => ['subject-key', name];

export function wrapSubject({ subjects }: Wrapping, name: string, bytes: Uint8Array): WrappedKey {
  const { id: keyId, key } = subjects.sealing();
  return { keyId, wrapped: sealBytes(key, bytes, { keyId, place: placeOf(name) }) };
}

/** Null = there is no such key, or it does not open. */
export function unwrapSubject({ subjects }: Wrapping, file: SubjectFile, name: string): Buffer | null {
  const found = file.get(name);
  const key = found === null ? null : subjects.find(found.keyId);
  if (found === null || key === null) return null;
  return openBytes(key, found.wrapped, { keyId: found.keyId, place: placeOf(name) });
}

/**
 * The keys of data subjects. New wrappings are appended while others read and write; the file is written anew once all are done,
 * so a crash in between costs nothing but the lines that are there twice.
 */
export function createSubjectArea(file: SubjectFile, keyring: Wrapping): SealedArea {
  /** Those that were wrapped otherwise when a way through began; those that are new since are not among them. */
  let due: { readonly toward: string; readonly names: readonly string[]; at: number; faults: number; places: string[] } | null =
    null;
  const isBehind = (name: string, keyId: string): boolean => {
    const found = file.get(name);
    return found !== null && found.keyId !== keyId;
  };
  const rewrap = (name: string): boolean => {
    const bytes = unwrapSubject(keyring, file, name);
    if (bytes === null) return false;
    file.add(name, wrapSubject(keyring, name, bytes));
    bytes.fill(0);
    return true;
  };
  return {
    name: 'ledger: keys of data subjects',
    purpose: 'subjects',
    isOfNode: true,
    count: async () => Promise.resolve(new Map(file.counts)),
    async reseal(keyId, limit) {
      if (due === null || due.toward !== keyId)
        due = { toward: keyId, names: [...file.names()].filter((name) => isBehind(name, keyId)), at: 0, faults: 0, places: [] };
      let done = 0;
      while (done < limit && due.at < due.names.length) {
        const name = due.names[due.at] ?? '';
        due.at += 1;
        if (!isBehind(name, keyId)) continue;
        if (rewrap(name)) done += 1;
        else {
          due.faults += 1;
          if (due.places.length < FAULTS_NAMED_MAX) due.places.push(placeOf(name).join('/'));
        }
        if (done % IN_A_ROW === 0) await pause();
      }
      await file.flush();
      if (done > 0) return done;
      const { faults, places } = due;
      due = null;
      if (file.isLong) await file.compact();
      if (faults > 0) throw new UnopenedError(places, faults);
      return 0;
    },
    sample: async (keyId) => Promise.resolve(sampleOf(file, keyring, keyId)),
  };
}

function sampleOf(file: SubjectFile, keyring: Wrapping, keyId: string): boolean | null {
  if ((file.counts.get(keyId) ?? 0) === 0) return null;
  for (const name of file.names()) {
    if (file.get(name)?.keyId !== keyId) continue;
    const bytes = unwrapSubject(keyring, file, name);
    bytes?.fill(0);
    return bytes !== null;
  }
  return null;
}
