import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What everybody who analyses malware types. It keeps nothing secret: it keeps scanners and double clicks away from the content. */
export const ZIP_PASSWORD = 'infected';
/** APPNOTE 4.3.9: sizes of four bytes. */
export const ZIP_BYTES_MAX = 0xffff_ff00;

const HEADER_BYTES = 12;
/** APPNOTE 4.4.4: bit 0 = encrypted, bit 3 = sizes and checksum follow the content. */
const FLAGS = 0b1001;
const NEEDED = 20;

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value >>> 0;
});

/** The traditional encryption of PKZIP (APPNOTE 6.1): every tool opens it, and nothing more is asked of it here. */
class Cipher {
  #a = 0x1234_5678;
  #b = 0x2345_6789;
  #c = 0x3456_7890;

  constructor(password: string) {
    for (const byte of Buffer.from(password, 'latin1')) this.#update(byte);
  }

  encrypt(bytes: Uint8Array): Buffer {
    const out = Buffer.alloc(bytes.length);
    for (const [at, byte] of bytes.entries()) {
      const word = (this.#c | 2) & 0xffff;
      out[at] = byte ^ ((Math.imul(word, word ^ 1) >>> 8) & 0xff);
      this.#update(byte);
    }
    return out;
  }

  #update(byte: number): void {
    this.#a = step(this.#a, byte);
    this.#b = (Math.imul((this.#b + (this.#a & 0xff)) >>> 0, 134_775_813) + 1) >>> 0;
    this.#c = step(this.#c, this.#b >>> 24);
  }
}

const step = (crc: number, byte: number): number => ((crc >>> 8) ^ (CRC[(crc ^ byte) & 0xff] ?? 0)) >>> 0;

/** How long the whole archive is: nothing is compressed. */
export const zipBytes = (name: string, bytes: number): number =>
  30 + 46 + 22 + 16 + 2 * Buffer.byteLength(name) + HEADER_BYTES + bytes;

/** One file in an archive, in pieces as it comes. */
export async function* zipCopy(name: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const cipher = new Cipher(ZIP_PASSWORD);
  const title = Buffer.from(name, 'utf8');
  yield Buffer.concat([localHeader(title), cipher.encrypt(encryptionHeader())]);
  let size = 0;
  let checksum = 0;
  for await (const bytes of content) {
    size += bytes.length;
    checksum = crc32(bytes, checksum);
    yield cipher.encrypt(bytes);
  }
  const packed = size + HEADER_BYTES;
  yield Buffer.concat([numbers(['u32', 0x0807_4b50], ['u32', checksum], ['u32', packed], ['u32', size])]);
  const directory = directoryEntry(title, { checksum, packed, size });
  yield Buffer.concat([directory, endRecord(directory.length, 30 + title.length + packed + 16)]);
}

/** Eleven random bytes, then what says whether the password is right: with bit 3 the high byte of the time, which is zero. */
const encryptionHeader = (): Buffer => Buffer.concat([randomBytes(HEADER_BYTES - 1), Buffer.of(0)]);

type Field = readonly [kind: 'u16' | 'u32', value: number];

function numbers(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([kind, value]) => {
      const bytes = Buffer.alloc(kind === 'u16' ? 2 : 4);
      if (kind === 'u16') bytes.writeUInt16LE(value);
      else bytes.writeUInt32LE(value);
      return bytes;
    }),
  );
}

/** Version, flags, no compression, and no time: nothing of the moment is worth telling. 1980-01-01 is the first date there is. */
const common: readonly Field[] = [
  ['u16', NEEDED],
  ['u16', FLAGS],
  ['u16', 0],
  ['u16', 0],
  ['u16', 0x21],
];

const localHeader = (title: Buffer): Buffer =>
  Buffer.concat([
    numbers(['u32', 0x0403_4b50], ...common, ['u32', 0], ['u32', 0], ['u32', 0], ['u16', title.length], ['u16', 0]),
    title,
  ]);

function directoryEntry(title: Buffer, sizes: { checksum: number; packed: number; size: number }): Buffer {
  const { checksum, packed, size } = sizes;
  const rest: Field[] = [
    ['u16', title.length],
    ['u16', 0],
    ['u16', 0],
    ['u16', 0],
    ['u16', 0],
    ['u32', 0],
    ['u32', 0],
  ];
  const head = numbers(
    ['u32', 0x0201_4b50],
    ['u16', NEEDED],
    ...common,
    ['u32', checksum],
    ['u32', packed],
    ['u32', size],
    ...rest,
  );
  return Buffer.concat([head, title]);
}

const endRecord = (directoryBytes: number, directoryAt: number): Buffer =>
  numbers(
    ['u32', 0x0605_4b50],
    ['u16', 0],
    ['u16', 0],
    ['u16', 1],
    ['u16', 1],
    ['u32', directoryBytes],
    ['u32', directoryAt],
    ['u16', 0],
  );
