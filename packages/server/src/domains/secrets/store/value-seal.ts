import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { SecretData, SecretRef } from '@holdfast/contract';
import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';
import { formatEnvelope, openBytes, parseEnvelope, sealBytes, type Place } from '../../../platform/keyring/envelope.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { isRefusal } from '../../../platform/refusal.ts';

const KEY_BYTES = 32;

/** The data key of one secret as it is stored. */
export interface StoredKey {
  readonly id: string;
  readonly dataKey: string;
}

/** Where a value stands: a value that somebody moved to another application, environment, name or version does not open. */
export interface ValuePlace extends SecretRef {
  readonly version: number;
}

export interface ValueSeal {
  /** A key for a new secret, sealed by the keyring. */
  newKey(id: string): StoredKey;
  seal(key: StoredKey, place: ValuePlace, data: SecretData): string;
  /** Null = the row was changed, or moved here from elsewhere. Throws while the keyring is sealed. */
  open(key: StoredKey, place: ValuePlace, sealed: string): SecretData | null;
}

const dataKeyPlace = (id: string): Place => ['secrets', id, 'key'];

/** What lies under the keyring: values stay as they are when its keys change. */
export const DATA_KEYS: TableColumn = {
  name: 'secrets: data keys',
  table: 'secret_entry',
  keys: [{ column: 'id' }],
  column: 'data_key',
  place: ([id = '']) => dataKeyPlace(id),
};

const placeOf = ({ application, environment, name, version }: ValuePlace): Place => [
  'secrets',
  application,
  environment,
  name,
  String(version),
];

/**
 * Keyring -> data key of a secret -> its values. Keys are opened for each value and kept nowhere, so that a keyring that is
 * sealed while the process runs ends every read.
 */
export function createValueSeal(keyring: Pick<Keyring, 'seal' | 'open'>): ValueSeal {
  const openKey = ({ id, dataKey }: StoredKey): KeyObject => {
    const bytes = keyring.open(dataKey, dataKeyPlace(id));
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return key;
  };
  return {
    newKey(id) {
      const bytes = randomBytes(KEY_BYTES);
      const dataKey = keyring.seal(bytes, dataKeyPlace(id));
      bytes.fill(0);
      return { id, dataKey };
    },
    seal(key, place, data) {
      const bytes = Buffer.from(JSON.stringify(data), 'utf8');
      const sealed = sealBytes(openKey(key), bytes, { keyId: key.id, place: placeOf(place) });
      bytes.fill(0);
      return formatEnvelope(key.id, sealed);
    },
    open(key, place, sealed) {
      const envelope = parseEnvelope(sealed);
      if (envelope?.keyId !== key.id) return null;
      try {
        const bytes = openBytes(openKey(key), envelope.sealed, { keyId: key.id, place: placeOf(place) });
        if (bytes === null) return null;
        // Written by `seal` from data of this shape, and authenticated since.
        const data = JSON.parse(bytes.toString('utf8')) as SecretData;
        bytes.fill(0);
        return data;
      } catch (error) {
        if (isRefusal(error, 'key-wrong')) return null;
        throw error;
      }
    },
  };
}
