import { Refusal } from '../../../platform/refusal.ts';
import type { ResponseParts } from '../response-parts.ts';
import type { ResponseRooms } from '../response-rooms.ts';
import type { Clocks } from './clocks.ts';
import { createClocks } from './create-clocks.ts';

/** The clocks among the other rooms, each of which is there once it is built. */
export function openClocks(parts: ResponseParts, rooms: Readonly<ResponseRooms>): Clocks {
  const { detection } = parts;
  return createClocks({
    ...parts,
    cases: () => rooms.cases,
    channels: () => detection.rooms.channels,
    alert: async (id) => {
      if (detection.rooms.alerts === undefined) throw new Refusal('not-found');
      return detection.rooms.alerts.show(id);
    },
    // The inventory of personal data lies to the right of this domain: it comes in here once it is there.
    personalData: null,
  });
}
