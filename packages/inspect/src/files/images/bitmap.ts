import type { Reader } from '../bytes/reader.ts';
import type { Shape } from '../case.ts';

const DIB_HEADERS: ReadonlySet<number> = new Set([12, 16, 40, 52, 56, 64, 108, 124]);
const FILE_HEADER_BYTES = 14;

/** BITMAPFILEHEADER and the header behind it; null = two letters that begin many texts, and no more than that. */
export function readBmp(reader: Reader): Shape | null {
  const header = reader.u32(FILE_HEADER_BYTES, true);
  if (!DIB_HEADERS.has(header)) return null;
  const [declared, pixels] = [reader.u32(2, true), reader.u32(10, true)];
  const isOld = header === 12;
  const width = isOld ? reader.u16(18, true) : reader.u32(18, true);
  const depth = reader.u16(isOld ? 24 : 28, true);
  const compression = isOld ? 0 : reader.u32(30, true);
  // A negative height says that the first row is on top.
  const height = isOld ? reader.u16(20, true) : Math.abs(reader.u32(22, true) | 0);
  const rowBytes = Math.ceil((width * depth) / 32) * 4;
  const sized = compression === 0 || compression === 3 ? rowBytes * height : reader.u32(34, true);
  const end = pixels + sized;
  const isCut = width <= 0 || height <= 0 || pixels < FILE_HEADER_BYTES + header || end > reader.size;
  // Some writers pad the last row; what the header says counts when it says more than the pixels need.
  const whole = declared <= reader.size && declared - end <= 4 ? Math.max(end, declared) : end;
  return {
    id: 'bmp',
    end: Math.min(whole, reader.size),
    fault: isCut ? 'the pixels are cut' : null,
    colours: [[0, reader.size]],
  };
}

/** ICONDIR: entries that point to pictures. */
export function readIco(reader: Reader): Shape | null {
  const count = reader.u16(4, true);
  if (count < 1 || count > 1024) return null;
  let end = 6 + count * 16;
  for (let index = 0; index < count; index++) {
    const entry = 6 + index * 16;
    const [bytes, offset] = [reader.u32(entry + 8, true), reader.u32(entry + 12, true)];
    if (reader.u8(entry + 3) > 1 && reader.u8(entry + 3) !== 255) return null;
    if (bytes <= 0 || offset < 6 + count * 16 || offset + bytes > reader.size)
      return { id: 'ico', end: reader.size, fault: 'a picture is cut' };
    end = Math.max(end, offset + bytes);
  }
  return { id: 'ico', end, fault: null, colours: [[0, reader.size]] };
}
