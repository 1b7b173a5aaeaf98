import { randomBytes } from 'node:crypto';
import { createUlid } from '../../../platform/ulid.ts';
import type { ResponseParts } from '../response-parts.ts';
import type { ResponseRooms } from '../response-rooms.ts';
import { createExercises } from './create-exercises.ts';
import type { Exercises } from './exercises.ts';

/** Exercises among the other rooms, each of which is there once it is built. */
export function openExercises(parts: ResponseParts, rooms: Readonly<ResponseRooms>): Exercises {
  return createExercises({
    ...parts,
    newId: createUlid({ clock: parts.clock, random: (bytes) => randomBytes(bytes) }),
    rooms() {
      const { cases, clocks, playbooks, runs } = rooms;
      if (cases === undefined || clocks === undefined || playbooks === undefined || runs === undefined) return null;
      return { cases, clocks, playbooks, runs };
    },
    channels: () => parts.detection.rooms.channels,
  });
}
