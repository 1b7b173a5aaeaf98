import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';
import type { Place } from '../../../platform/keyring/envelope.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';

const placeOf = (id: string): Place => ['incidents_playbook', 'document', id];

export const sealedInPlaybooks: readonly TableColumn[] = [
  {
    name: 'playbooks: documents',
    table: 'incidents_playbook',
    keys: [{ column: 'id' }],
    column: 'document',
    place: ([id = '']) => placeOf(id),
  },
];

export interface PlaybookSeal {
  seal(id: string, document: unknown): string;
  open(id: string, sealed: string): unknown;
}

export function createPlaybookSeal(keyring: Pick<Keyring, 'seal' | 'open'>): PlaybookSeal {
  return {
    seal: (id, document) => keyring.seal(Buffer.from(JSON.stringify(document)), placeOf(id)),
    open: (id, sealed) => JSON.parse(keyring.open(sealed, placeOf(id)).toString('utf8')),
  };
}
