import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';
import type { Place } from '../../../platform/keyring/envelope.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';

const reasonPlace = (id: string): Place => ['incident_clock', 'reason', id];

export const sealedInClocks: readonly TableColumn[] = [
  {
    name: 'legal clocks: why they are not needed, met or missed',
    table: 'incident_clock',
    keys: [{ column: 'id' }],
    column: 'reason',
    place: ([id = '']) => reasonPlace(id),
  },
];

export interface ClockSeal {
  reason(id: string, text: string): string;
  openReason(id: string, sealed: string): string;
}

export function createClockSeal(keyring: Pick<Keyring, 'seal' | 'open'>): ClockSeal {
  return {
    reason: (id, text) => keyring.seal(Buffer.from(text, 'utf8'), reasonPlace(id)),
    openReason: (id, sealed) => keyring.open(sealed, reasonPlace(id)).toString('utf8'),
  };
}
