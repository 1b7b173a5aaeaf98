import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { join } from 'node:path';
import { createTurns } from '../../../platform/in-turn.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { SealedArea } from '../../../platform/keyring/sealed-area.ts';
import { createSealedStore } from '../../../platform/keyring/sealed-store.ts';
import { createFileKeyStore } from '../../../platform/tls/key-store.ts';

const NAME = 'drill';

/**
 * The age identity of this data directory. A server that only knows the recipients of its backups cannot try them; so each backup
 * is for this key too. It lies sealed under the keyring: whoever finds a backup, or the backup and the data directory without its
 * root key, opens nothing; whoever has a running host has the data anyway (docs/decisions/0057).
 */
export interface DrillKey {
  /** Made when it is first asked for. */
  identity(): Promise<string>;
  /** Null = none was made yet. */
  existing(): Promise<string | null>;
  recipient(): Promise<string>;
  readonly sealed: SealedArea;
}

export function openDrillKey({ dataDir, keyring }: { dataDir: string; keyring: Pick<Keyring, 'seal' | 'open'> }): DrillKey {
  const store = createSealedStore({
    inner: createFileKeyStore(join(dataDir, 'keys', 'recovery')),
    keyring,
    area: 'recovery',
  });
  const inTurn = createTurns();
  const existing = async (): Promise<string | null> => {
    const stored = await store.read(NAME);
    return stored === undefined ? null : Buffer.from(stored).toString('utf8');
  };
  const identity = (): Promise<string> =>
    inTurn(async () => {
      const stored = await existing();
      if (stored !== null) return stored;
      const made = await generateX25519Identity();
      await store.write(NAME, Buffer.from(made));
      return made;
    });
  return { identity, existing, recipient: async () => identityToRecipient(await identity()), sealed: store.sealed };
}
