import type { Keyring } from './keyring.ts';

/** What a store of key files can do: the shape that TLS and the ledger ask for. */
export interface ByteStore {
  /** Undefined = nothing was ever written under this name. */
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** Wraps a store so that only sealed bytes touch the disk; each file is bound to its name and its store. */
export function createSealedStore({ inner, keyring, area }: { inner: ByteStore; keyring: Keyring; area: string }): ByteStore {
  return {
    read: async (name) => {
      const bytes = await inner.read(name);
      return bytes === undefined ? undefined : keyring.open(Buffer.from(bytes).toString('utf8').trim(), ['file', area, name]);
    },
    write: (name, bytes) => inner.write(name, Buffer.from(`${keyring.seal(bytes, ['file', area, name])}\n`)),
  };
}
