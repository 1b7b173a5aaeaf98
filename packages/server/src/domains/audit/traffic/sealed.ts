import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';

/** A path can hold what belongs to somebody. The row is found by a keyed hash of the route, so one place is enough. */
export const TRAFFIC_PLACE = ['audit', 'traffic'];

export const sealedInTraffic: readonly TableColumn[] = [
  {
    name: 'traffic: names of routes',
    table: 'audit_traffic_route',
    keys: [{ column: 'id' }],
    column: 'sealed',
    place: () => TRAFFIC_PLACE,
  },
];
