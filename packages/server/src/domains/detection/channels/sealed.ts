import type { ChannelTarget } from '@holdfast/contract';
import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';
import type { Place } from '../../../platform/keyring/envelope.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { ToldAlert } from './message.ts';

const targetPlace = (id: string): Place => ['detection_channel', 'target', id];
const letterPlace = (id: string): Place => ['detection_channel_letter', 'content', id];

export const sealedInChannels: readonly TableColumn[] = [
  {
    name: 'channels: targets and their secrets',
    table: 'detection_channel',
    keys: [{ column: 'id' }],
    column: 'target',
    place: ([id = '']) => targetPlace(id),
  },
  {
    name: 'channels: alerts on their way',
    table: 'detection_channel_letter',
    keys: [{ column: 'id' }],
    column: 'content',
    place: ([id = '']) => letterPlace(id),
  },
];

export interface ChannelSeal {
  sealTarget(id: string, target: ChannelTarget): string;
  openTarget(id: string, sealed: string): ChannelTarget;
  sealAlert(id: string, alert: ToldAlert): string;
  openAlert(id: string, sealed: string): ToldAlert;
}

export function createChannelSeal(keyring: Pick<Keyring, 'seal' | 'open'>): ChannelSeal {
  const seal = (value: unknown, place: Place): string => keyring.seal(Buffer.from(JSON.stringify(value)), place);
  const open = (sealed: string, place: Place): unknown => JSON.parse(keyring.open(sealed, place).toString('utf8'));
  return {
    sealTarget: (id, target) => seal(target, targetPlace(id)),
    // Written by the line above from data of this shape, and authenticated since; so is the next.
    openTarget: (id, sealed) => open(sealed, targetPlace(id)) as ChannelTarget,
    sealAlert: (id, alert) => seal(alert, letterPlace(id)),
    openAlert: (id, sealed) => open(sealed, letterPlace(id)) as ToldAlert,
  };
}
