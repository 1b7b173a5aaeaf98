import { readInto } from '../content.ts';
import type { Stretch } from '../spooled-pieces.ts';

const CHUNK_BYTES = 262_144;

/** Whether a text stands anywhere in these octets, also where two stretches meet. */
export async function holdsText(stretches: readonly Stretch[], text: string): Promise<boolean> {
  const wanted = Buffer.from(text, 'latin1');
  let seam = Buffer.alloc(0);
  for (const stretch of stretches) {
    for (let at = stretch.from; at < stretch.to; at += CHUNK_BYTES) {
      const chunk = await piece(stretch, at);
      const joined = Buffer.concat([seam, chunk]);
      if (joined.includes(wanted)) return true;
      seam = joined.subarray(Math.max(0, joined.length - wanted.length + 1));
    }
  }
  return false;
}

async function piece({ content, spool, to }: Stretch, at: number): Promise<Uint8Array> {
  const bytes = Math.min(CHUNK_BYTES, to - at);
  if (content.kind === 'memory') return content.bytes.subarray(at, at + bytes);
  const room = Buffer.allocUnsafeSlow(bytes);
  let filled = 0;
  const fill = async (): Promise<void> => {
    while (filled < bytes) {
      const count = await readInto(content.fd, room.subarray(filled), at + filled);
      if (count === 0) throw new Error('assertion: a spooled file has the size that was written');
      filled += count;
    }
  };
  await (spool === null ? fill() : spool.reading(fill));
  return room;
}
