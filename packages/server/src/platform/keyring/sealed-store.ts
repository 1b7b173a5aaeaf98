import { createTurns } from '../in-turn.ts';
import { createFileArea } from './areas/file-area.ts';
import type { Place } from './envelope.ts';
import type { Keyring } from './keyring.ts';
import type { SealedArea } from './sealed-area.ts';

/** What a store of key files can do: the shape that TLS and the ledger ask for. */
export interface ByteStore {
  /** Undefined = nothing was ever written under this name. */
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, bytes: Uint8Array): Promise<void>;
}

export interface ListedByteStore extends ByteStore {
  names(): Promise<readonly string[]>;
}

interface SealedStoreParts {
  readonly inner: ListedByteStore;
  readonly keyring: Pick<Keyring, 'seal' | 'open'>;
  /** A constant of the program: what is sealed is bound to it. */
  readonly area: string;
}

/**
 * Wraps a store so that only sealed bytes touch the disk; each file is bound to its name and its store. What lies in it is an
 * area of its own, and writes of both wait for each other: a file that is sealed anew must not undo a newer one.
 */
export function createSealedStore({ inner, keyring, area }: SealedStoreParts): ByteStore & { readonly sealed: SealedArea } {
  const place = (name: string): Place => ['file', area, name];
  const inTurn = createTurns();
  const readText = async (name: string): Promise<string | null> => {
    const bytes = await inner.read(name);
    return bytes === undefined ? null : Buffer.from(bytes).toString('utf8').trim();
  };
  const writeText = (name: string, text: string): Promise<void> => inner.write(name, Buffer.from(`${text}\n`));
  const texts = {
    names: () => inner.names(),
    read: readText,
    replace: (name: string, { before, after }: { before: string; after: string }) =>
      inTurn(async () => {
        if ((await readText(name)) !== before) return false;
        await writeText(name, after);
        return true;
      }),
  };
  return {
    read: async (name) => {
      const text = await readText(name);
      return text === null ? undefined : keyring.open(text, place(name));
    },
    write: (name, bytes) => inTurn(() => writeText(name, keyring.seal(bytes, place(name)))),
    sealed: createFileArea({ name: `${area}: private keys`, texts, keyring, place }),
  };
}
