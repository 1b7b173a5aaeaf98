import type { Database } from '../../platform/db/database.ts';
import { createTableArea } from '../../platform/keyring/areas/table-area.ts';
import type { Keyring } from '../../platform/keyring/keyring.ts';
import type { SealedArea } from '../../platform/keyring/sealed-area.ts';
import { transitPlace } from './transit/transit.ts';
import { wrappingPlace } from './wrapping/wrapping.ts';

/** What lies sealed here because of Vault clients: their encryption keys, and answers that wait to be opened. */
export function createVaultAreas(db: Database, keyring: Keyring): readonly SealedArea[] {
  return [
    createTableArea(db, keyring, {
      name: 'vault: encryption keys',
      table: 'secrets_transit_version',
      keys: [{ column: 'key' }, { column: 'version', type: 'bigint' }],
      column: 'sealed',
      place: ([key = '', version = '']) => transitPlace(key, Number(version)),
    }),
    createTableArea(db, keyring, {
      name: 'vault: wrapped answers',
      table: 'secrets_wrapped_answer',
      keys: [{ column: 'accessor' }],
      column: 'sealed',
      place: ([accessor = '']) => wrappingPlace(accessor),
    }),
  ];
}
