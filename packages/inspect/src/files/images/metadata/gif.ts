import type { Reader } from '../../bytes/reader.ts';
import { afterBlocks, colourBytes } from '../gif.ts';
import type { Keeping } from './kept.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const PLAIN_TEXT = 0x01;
const APPLICATION = 0xff;
/** How often to repeat, and which colours; everything else of an application is about it, not about the picture. */
const APPLICATIONS: readonly string[] = ['\u000bNETSCAPE2.0', '\u000bANIMEXTS1.0', '\u000bICCRGBG1012'];

/** GIF89a §15 to §27: frames and their timing stay, comments and texts go. False = it is not built so. */
export function keepGif(reader: Reader, keeping: Keeping): boolean {
  let at = 13 + colourBytes(reader.u8(10));
  keeping.span(0, at);
  // It is about the block that follows, and goes when that goes.
  let control: readonly [number, number] | null = null;
  while (at < reader.size && keeping.isBounded) {
    const [kind, label] = [reader.u8(at), reader.u8(at + 1)];
    if (kind === TRAILER) {
      keeping.span(at, at + 1);
      return true;
    }
    if (kind !== EXTENSION && kind !== IMAGE) return false;
    const end = afterBlocks(reader, kind === IMAGE ? at + 11 + colourBytes(reader.u8(at + 9)) : at + 2);
    if (end < 0 || end > reader.size) return false;
    if (kind === IMAGE) {
      if (control !== null) keeping.span(...control);
      keeping.span(at, end);
      control = null;
    } else if (label === GRAPHIC_CONTROL) control = [at, end];
    else if (label === PLAIN_TEXT) control = null;
    else if (label === APPLICATION && APPLICATIONS.some((mark) => reader.isAt(at + 2, mark))) keeping.span(at, end);
    at = end;
  }
  return false;
}
