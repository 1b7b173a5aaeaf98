import type { Reader } from './bytes/reader.ts';
import { isTarHeader } from './archives/tar.ts';

/** Signatures at the beginning of files, longest first where two begin alike. Id of `FILE_TYPES`, or of a reader that tells more. */
const SIGNATURES: readonly (readonly [octets: string, id: string])[] = [
  ['\u0089PNG\r\n\u001a\n', 'png'],
  ['\u00ff\u00d8\u00ff', 'jpeg'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['II+\0', 'tiff'],
  ['MM\0+', 'tiff'],
  ['%PDF-', 'pdf'],
  ['{\\rt', 'rtf'],
  ['\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1', 'ole'],
  ['\u001f\u008b\u0008', 'gzip'],
  ['BZh', 'bzip2'],
  ['\u00fd7zXZ\0', 'xz'],
  ['(\u00b5/\u00fd', 'zstd'],
  ["7z\u00bc\u00af'\u001c", '7z'],
  ['Rar!\u001a\u0007', 'rar'],
  ['fLaC', 'flac'],
  ['OggS', 'ogg'],
  ['\u001aE\u00df\u00a3', 'matroska'],
  ['wOFF', 'woff'],
  ['wOF2', 'woff2'],
  ['\0\u0001\0\0\0', 'ttf'],
  ['OTTO\0', 'ttf'],
  ['true\0', 'ttf'],
  ['ttcf\0', 'ttf'],
  ['\u007fELF', 'elf'],
  ['\u00fe\u00ed\u00fa\u00ce', 'macho'],
  ['\u00fe\u00ed\u00fa\u00cf', 'macho'],
  ['\u00ce\u00fa\u00ed\u00fe', 'macho'],
  ['\u00cf\u00fa\u00ed\u00fe', 'macho'],
  ['\u00ca\u00fe\u00ba\u00be', 'cafebabe'],
  ['dex\n0', 'dex'],
  ['\0asm', 'wasm'],
  ['L\0\0\0\u0001\u0014\u0002\0', 'lnk'],
  ['ID3', 'mp3'],
  ['RIFF', 'riff'],
  ['BM', 'bmp'],
  ['\0\0\u0001\0', 'ico'],
  ['\0\0\u0002\0', 'ico'],
  ['MZ', 'mz'],
];

/** Names of the first box of files without `ftyp`, as old QuickTime has them. */
const FIRST_BOXES: readonly string[] = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'];

/** By signature alone: a guess that the reader of that format confirms or refuses. */
export function signatureOf(reader: Reader): string | null {
  const found = SIGNATURES.find(([octets]) => reader.isAt(0, octets));
  if (found !== undefined) return found[1];
  if (FIRST_BOXES.some((name) => reader.isAt(4, name))) return 'boxes';
  if (isTarHeader(reader, 0)) return 'tar';
  return reader.u8(0) === 0xff && (reader.u8(1) & 0xe0) === 0xe0 ? 'mp3' : null;
}
