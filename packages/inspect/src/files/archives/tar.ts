import type { Reader } from '../bytes/reader.ts';

const BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 8192;

export type TarKind = 'file' | 'folder' | 'link' | 'hard-link' | 'device' | 'other';

export interface TarEntry {
  readonly name: string;
  readonly link: string;
  readonly kind: TarKind;
  readonly data: number;
  readonly bytes: number;
}

/** POSIX.1-2017 pax §ustar: the checksum of a header says whether there is one. */
export function isTarHeader(reader: Reader, at: number): boolean {
  const block = reader.read(at, BLOCK_BYTES);
  if (block.length < BLOCK_BYTES || block[0] === 0) return false;
  const told = number(reader, at + 148, 8);
  // Looked at for every file and many a field: what has no sum needs no adding up.
  if (!(told > 0)) return false;
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK_BYTES; index++) if (index < 148 || index >= 156) sum += block[index] ?? 0;
  return sum === told;
}

/** What a pax header or an old GNU header says of the next member. */
interface Told {
  name?: string;
  link?: string;
  bytes?: number;
}

/** Every member in order; returns why it ended before the end, or where the archive ends. */
export function* readTar(reader: Reader): Generator<TarEntry, { readonly fault: string | null; readonly end: number }> {
  let at = 0;
  let told: Told = {};
  while (at < reader.size) {
    if (reader.u8(at) === 0) return endOf(reader, at);
    if (!isTarHeader(reader, at)) return { fault: 'a header is not valid', end: at };
    const type = String.fromCharCode(reader.u8(at + 156));
    const isAboutNext = 'xgLK'.includes(type);
    const entry = readHeader(reader, at, isAboutNext ? {} : told);
    if (entry.data + entry.bytes > reader.size) return { fault: 'a member is cut', end: reader.size };
    if (isAboutNext) told = { ...told, ...readTold(reader, type, entry) };
    else {
      yield entry;
      told = {};
    }
    at = entry.data + Math.ceil(entry.bytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return { fault: null, end: reader.size };
}

/** Zeros up to the end are the padding of tapes; what follows them is read by nobody. */
function endOf(reader: Reader, from: number): { fault: string | null; end: number } {
  let end = reader.size;
  reader.each(from, reader.size, (chunk, at) => {
    const index = chunk.findIndex((octet) => octet !== 0);
    if (index < 0) return true;
    end = at + index;
    return false;
  });
  return { fault: null, end };
}

function readHeader(reader: Reader, at: number, told: Told): TarEntry {
  const type = reader.u8(at + 156);
  const prefix = reader.isAt(at + 257, 'ustar\0') ? text(reader, at + 345, 155) : '';
  const short = text(reader, at, 100);
  const kind = kindOf(type, short);
  const bytes = told.bytes ?? number(reader, at + 124, 12);
  const name = told.name ?? (prefix === '' ? short : `${prefix}/${short}`);
  // Links and folders have no content, whatever their header says.
  const hasContent = kind === 'file' || kind === 'other';
  return {
    name,
    link: told.link ?? text(reader, at + 157, 100),
    kind,
    data: at + BLOCK_BYTES,
    bytes: hasContent ? Math.max(0, bytes) : 0,
  };
}

function kindOf(type: number, name: string): TarKind {
  switch (String.fromCharCode(type)) {
    case '\0':
    case '0':
    case '7':
      return name.endsWith('/') ? 'folder' : 'file';
    case '1':
      return 'hard-link';
    case '2':
      return 'link';
    case '3':
    case '4':
    case '6':
      return 'device';
    case '5':
      return 'folder';
    default:
      return 'other';
  }
}

function readTold(reader: Reader, type: string, { data, bytes }: TarEntry): Told {
  const content = reader.read(data, Math.min(bytes, NAME_BYTES_MAX));
  const value = new TextDecoder().decode(content);
  if (type === 'L') return { name: untilNul(value) };
  if (type === 'K') return { link: untilNul(value) };
  return type === 'x' ? readPax(value) : {};
}

/** Records of `length key=value\n`; only those that move or rename a member. */
function readPax(value: string): Told {
  const told: Told = {};
  for (const line of value.split('\n')) {
    const [, key, rest = ''] = /^\d{1,10} ([^=]{1,64})=(.*)$/s.exec(line) ?? [];
    if (key === 'path') told.name = rest;
    else if (key === 'linkpath') told.link = rest;
    else if (key === 'size' && /^\d{1,15}$/.test(rest)) told.bytes = Number(rest);
  }
  return told;
}

function text(reader: Reader, at: number, length: number): string {
  return untilNul(new TextDecoder().decode(reader.read(at, length)));
}

const untilNul = (value: string): string => value.split('\0', 1)[0] ?? '';

/** Octal digits, or binary when the first bit is set (GNU). -1 = neither. */
function number(reader: Reader, at: number, length: number): number {
  if ((reader.u8(at) & 0x80) !== 0) {
    const value = reader.u64(at + length - 8, false);
    return value < 0 ? Number.MAX_SAFE_INTEGER / 2 : value;
  }
  const digits = /^[ \0]*([0-7]{1,12})[ \0]*$/.exec(reader.latin1(at, length))?.[1];
  return digits === undefined ? -1 : Number.parseInt(digits, 8);
}
