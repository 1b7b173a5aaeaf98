import { open } from 'node:fs/promises';
import { writeFrame } from './frame.ts';
import type { LostPlace } from './segment-cursor.ts';
import type { CheckedRecord } from '../tree/verify-log.ts';

/**
 * Writes records back over damaged bytes of a segment, when they fill the place exactly. False = they do not, and the
 * segment stays as it is: the entry bundles still hold the records.
 */
export async function repairSegment(place: LostPlace, records: readonly CheckedRecord[]): Promise<boolean> {
  // The group is the record itself: it says that what came before was durable, which for signed records is true.
  const bytes = Buffer.concat(records.map(({ index, entry }) => writeFrame(entry, { index, group: index })));
  if (place.offsetEnd === null || place.offsetEnd - place.offset !== bytes.length) return false;
  const handle = await open(place.segment.file, 'r+');
  try {
    await handle.write(bytes, 0, bytes.length, place.offset);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  return true;
}
