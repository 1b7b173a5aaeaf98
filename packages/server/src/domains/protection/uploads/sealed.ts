import { randomBytes } from 'node:crypto';
import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';
import type { Place } from '../../../platform/keyring/envelope.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { SEALED_FILE_KEY_BYTES } from '../../../platform/sealed-file.ts';
import type { Details } from './tables.ts';

const keyPlace = (id: string): Place => ['protection_upload', 'data_key', id];
const detailsPlace = (id: string): Place => ['protection_upload', 'details', id];

/** What lies under the keyring: files stay as they are when its keys change. */
export const sealedInUploads: readonly TableColumn[] = [
  {
    name: 'uploads: keys of kept files',
    table: 'protection_upload',
    keys: [{ column: 'id' }],
    column: 'data_key',
    place: ([id = '']) => keyPlace(id),
  },
  {
    name: 'uploads: names of kept files',
    table: 'protection_upload',
    keys: [{ column: 'id' }],
    column: 'details',
    place: ([id = '']) => detailsPlace(id),
  },
];

/** Keyring -> key of one file -> its bytes. A key is opened for each use and kept nowhere. */
export interface UploadSeal {
  newKey(id: string): { readonly key: Buffer; readonly sealed: string };
  openKey(id: string, sealed: string): Buffer;
  sealDetails(id: string, details: Details): string;
  openDetails(id: string, sealed: string): Details;
}

export function createUploadSeal(keyring: Pick<Keyring, 'seal' | 'open'>): UploadSeal {
  return {
    newKey(id) {
      const key = randomBytes(SEALED_FILE_KEY_BYTES);
      return { key, sealed: keyring.seal(key, keyPlace(id)) };
    },
    openKey: (id, sealed) => keyring.open(sealed, keyPlace(id)),
    sealDetails: (id, details) => keyring.seal(Buffer.from(JSON.stringify(details)), detailsPlace(id)),
    // Written by `sealDetails` from data of this shape, and authenticated since.
    openDetails: (id, sealed) => JSON.parse(keyring.open(sealed, detailsPlace(id)).toString('utf8')) as Details,
  };
}
