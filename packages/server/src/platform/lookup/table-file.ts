import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomically } from '../atomic-file.ts';
import { ListedTable, type ListedArrays } from './listed-table.ts';

/**
 * A table as a file: magic, length of the head, head as JSON, flat arrays, SHA-256 of everything before. Written whole and
 * renamed; a reader checks all of it before one number is used.
 */
const MAGIC = Buffer.from('HFlt0001', 'latin1');
const HEAD_AT = MAGIC.length + 4;
const DIGEST_BYTES = 32;
const FILE_BYTES_MAX = 536_870_912;
const ALIGNED = 8;

const NAMES = [
  'marks.marks',
  'marks.offsets',
  'marks.members',
  'addresses.v4',
  'addresses.v4Sets',
  'addresses.v6',
  'addresses.v6Sets',
  'texts.slots',
  'texts.offsets',
  'texts.bytes',
  'texts.sets',
  'texts.seed',
] as const;
type Name = (typeof NAMES)[number];

const headSchema = z.strictObject({
  lists: z.array(z.string().max(64)).max(4096),
  sections: z
    .array(z.tuple([z.enum(NAMES), z.number().int().nonnegative(), z.number().int().nonnegative()]))
    .length(NAMES.length),
});

export class DamagedTable extends Error {
  override readonly name = 'DamagedTable';
}

function arraysByName({ marks, addresses, texts }: ListedArrays): Readonly<Record<Name, Uint32Array | Uint8Array>> {
  return {
    'marks.marks': marks.marks,
    'marks.offsets': marks.offsets,
    'marks.members': marks.members,
    'addresses.v4': addresses.v4,
    'addresses.v4Sets': addresses.v4Sets,
    'addresses.v6': addresses.v6,
    'addresses.v6Sets': addresses.v6Sets,
    'texts.slots': texts.slots,
    'texts.offsets': texts.offsets,
    'texts.bytes': texts.bytes,
    'texts.sets': texts.sets,
    'texts.seed': texts.seed,
  };
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNED) * ALIGNED;

/** The bytes of the file; its last 32 are its digest. */
export function tableBytes(arrays: ListedArrays): Buffer {
  const named = arraysByName(arrays);
  let at = 0;
  const sections = NAMES.map((name) => {
    const section: [Name, number, number] = [name, at, named[name].byteLength];
    at = aligned(at + named[name].byteLength);
    return section;
  });
  const head = Buffer.from(JSON.stringify({ lists: arrays.lists, sections }));
  const bodyAt = aligned(HEAD_AT + head.length);
  const bytes = Buffer.alloc(bodyAt + at + DIGEST_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(head.length, MAGIC.length);
  head.copy(bytes, HEAD_AT);
  for (const [name, offset] of sections) {
    const { buffer, byteOffset, byteLength } = named[name];
    Buffer.from(buffer, byteOffset, byteLength).copy(bytes, bodyAt + offset);
  }
  createHash('sha256')
    .update(bytes.subarray(0, -DIGEST_BYTES))
    .digest()
    .copy(bytes, bytes.length - DIGEST_BYTES);
  return bytes;
}

export const digestOfTable = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(-DIGEST_BYTES)).toString('hex');

/** Reads a table that was written so. Rejects with `DamagedTable` for anything else. */
export async function readTable(file: string, digest: string): Promise<ListedTable> {
  const bytes = await readFile(file);
  if (
    bytes.length > FILE_BYTES_MAX ||
    bytes.length < HEAD_AT + DIGEST_BYTES ||
    bytes.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) !== 0
  )
    throw new DamagedTable('it is no table');
  // Beside the loop: hundreds of megabytes take a while.
  const computed = await crypto.subtle.digest('SHA-256', bytes.subarray(0, -DIGEST_BYTES));
  const isWhole = Buffer.from(computed).toString('hex') === digest && digestOfTable(bytes) === digest;
  if (!isWhole) throw new DamagedTable('it is not as it was written');
  return new ListedTable(sectionsOf(bytes));
}

/** Views into the file, no copies: arrays are aligned as they were written, and numbers are those of this machine. */
function sectionsOf(bytes: Buffer<ArrayBuffer>): ListedArrays {
  const headLength = bytes.readUInt32LE(MAGIC.length);
  const bodyAt = aligned(HEAD_AT + headLength);
  if (bodyAt > bytes.length - DIGEST_BYTES) throw new DamagedTable('its head is longer than it is');
  const { lists, sections } = headSchema.parse(JSON.parse(bytes.toString('utf8', HEAD_AT, HEAD_AT + headLength)));
  const whole = bytes.byteOffset % ALIGNED === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
  const at = new Map(sections.map(([name, offset, length]) => [name, { offset: bodyAt + offset, length }]));
  const section = (name: Name): { readonly offset: number; readonly length: number } => {
    const found = at.get(name);
    if (found === undefined || found.offset + found.length > bytes.length - DIGEST_BYTES)
      throw new DamagedTable('a part is missing');
    return { offset: whole.byteOffset + found.offset, length: found.length };
  };
  const words = (name: Name): Uint32Array => {
    const { offset, length } = section(name);
    return new Uint32Array(whole.buffer, offset, length / 4);
  };
  const texts = section('texts.bytes');
  return {
    lists,
    marks: { marks: words('marks.marks'), offsets: words('marks.offsets'), members: words('marks.members') },
    addresses: {
      v4: words('addresses.v4'),
      v4Sets: words('addresses.v4Sets'),
      v6: words('addresses.v6'),
      v6Sets: words('addresses.v6Sets'),
    },
    texts: {
      slots: words('texts.slots'),
      offsets: words('texts.offsets'),
      bytes: new Uint8Array(whole.buffer, texts.offset, texts.length),
      sets: words('texts.sets'),
      seed: words('texts.seed'),
    },
  };
}

export const writeTable = async (file: string, bytes: Uint8Array): Promise<void> => writeFileAtomically(file, bytes);
