import { parseEnvelope, type Place } from '../envelope.ts';
import type { Keyring } from '../keyring.ts';
import type { SealedArea } from '../sealed-area.ts';
import { opens, UnopenedError } from './table-area.ts';

const FAULTS_NAMED_MAX = 10;

/** Sealed texts under names of their own, in the data directory of this node. */
export interface SealedTexts {
  names(): Promise<readonly string[]>;
  /** Null = it is gone. */
  read(name: string): Promise<string | null>;
  /** Puts the second text in place of the first one, unless something else is there by now; true = it did. */
  replace(name: string, texts: { readonly before: string; readonly after: string }): Promise<boolean>;
}

export interface FileAreaParts {
  readonly name: string;
  readonly texts: SealedTexts;
  readonly keyring: Pick<Keyring, 'seal' | 'open'>;
  readonly place: (name: string) => Place;
}

/** @example createFileArea({ name: 'TLS: private keys', texts, keyring, place: (name) => ['file', 'tls', name] }) */
export function createFileArea({ name, texts, keyring, place }: FileAreaParts): SealedArea {
  const readAll = async (): Promise<{ name: string; sealed: string; keyId: string }[]> => {
    const found = await Promise.all(
      (await texts.names()).map(async (one) => {
        const sealed = (await texts.read(one))?.trim() ?? '';
        const keyId = parseEnvelope(sealed)?.keyId ?? null;
        return keyId === null ? [] : [{ name: one, sealed, keyId }];
      }),
    );
    return found.flat();
  };
  return {
    name,
    isOfNode: true,
    async count() {
      const counts = new Map<string, number>();
      for (const { keyId } of await readAll()) counts.set(keyId, (counts.get(keyId) ?? 0) + 1);
      return counts;
    },
    async reseal(keyId, limit) {
      const behind = (await readAll()).filter((one) => one.keyId !== keyId);
      const unopened = behind.filter((one) => !opens(keyring, one.sealed, place(one.name)));
      const due = behind.filter((one) => !unopened.includes(one)).slice(0, limit);
      let done = 0;
      for (const { name: one, sealed: before } of due) {
        const after = keyring.seal(keyring.open(before, place(one)), place(one));
        if (await texts.replace(one, { before, after })) done += 1;
      }
      if (due.length === 0 && unopened.length > 0) {
        const places = unopened.slice(0, FAULTS_NAMED_MAX).map((one) => place(one.name).join('/'));
        throw new UnopenedError(places, unopened.length);
      }
      return done;
    },
    async sample(keyId) {
      const under = (await readAll()).filter((one) => one.keyId === keyId);
      const one = under[Math.floor(Math.random() * under.length)];
      return one === undefined ? null : opens(keyring, one.sealed, place(one.name));
    },
  };
}
