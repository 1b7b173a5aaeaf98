import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';

/** As the vault of tuning seals: whoever seals there knows no row yet, so all rows have one place. */
export const TUNING_PLACE = ['protection', 'tuning'];

const place = (): string[] => TUNING_PLACE;

export const sealedInTuning: readonly TableColumn[] = [
  {
    name: 'tuning: what was found',
    table: 'protection_tuning_vector',
    keys: [{ column: 'application' }, { column: 'key' }],
    column: 'sealed',
    place,
  },
  {
    name: 'tuning: routes',
    table: 'protection_tuning_route',
    keys: [{ column: 'application' }, { column: 'hour', type: 'bigint' }, { column: 'place' }],
    column: 'sealed',
    place,
  },
];
