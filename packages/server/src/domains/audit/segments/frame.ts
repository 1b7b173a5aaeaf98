import { hashBytes, leafHash } from '@holdfast/ledger';
import { crc32 } from 'node:zlib';

/**
 * One record of a segment: magic, length, index, index of the first record of its group, leaf hash (RFC 6962), CRC of all
 * that, then the entry. The hash covers the entry and the CRC the header, so every changed byte is seen; the group tells a
 * tail that was torn by a crash from damage to something that was once durable.
 */
const MAGIC = 0x48464c31; // "HFL1"
const AT_LENGTH = 4;
const AT_INDEX = 8;
const AT_GROUP = 14;
const AT_HASH = 20;
const AT_CRC = AT_HASH + hashBytes;
export const FRAME_HEADER_BYTES: number = AT_CRC + 4;

export interface FrameHeader {
  readonly index: number;
  readonly group: number;
}

export interface Frame extends FrameHeader {
  readonly entry: Buffer;
  readonly hash: Buffer;
  /** Header and entry together. */
  readonly bytes: number;
}

export function writeFrame(entry: Uint8Array, { index, group }: FrameHeader): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + entry.length);
  frame.writeUInt32BE(MAGIC, 0);
  frame.writeUInt32BE(entry.length, AT_LENGTH);
  frame.writeUIntBE(index, AT_INDEX, 6);
  frame.writeUIntBE(group, AT_GROUP, 6);
  frame.set(leafHash(entry), AT_HASH);
  frame.writeUInt32BE(crc32(frame.subarray(0, AT_CRC)), AT_CRC);
  frame.set(entry, FRAME_HEADER_BYTES);
  return frame;
}

/** The record of bytes that were just written: nothing has to be checked. */
export function frameOf(bytes: Buffer, { index, group }: FrameHeader): Frame {
  const entry = bytes.subarray(FRAME_HEADER_BYTES);
  return { index, group, entry, hash: bytes.subarray(AT_HASH, AT_CRC), bytes: bytes.length };
}

/** `more` = the bytes end before the record does; `bad` = no valid record starts here. */
export type FrameReading = { readonly kind: 'frame'; readonly frame: Frame } | { readonly kind: 'more' | 'bad' };

const MORE: FrameReading = { kind: 'more' };
const BAD: FrameReading = { kind: 'bad' };

/** Reads the record that starts at `at`; `entryBytesMax` keeps a damaged length from asking for gigabytes. */
export function readFrame(bytes: Buffer, at: number, entryBytesMax: number): FrameReading {
  if (bytes.length - at < FRAME_HEADER_BYTES) return MORE;
  const length = bytes.readUInt32BE(at + AT_LENGTH);
  if (bytes.readUInt32BE(at) !== MAGIC || length > entryBytesMax) return BAD;
  if (bytes.readUInt32BE(at + AT_CRC) !== crc32(bytes.subarray(at, at + AT_CRC))) return BAD;
  const end = at + FRAME_HEADER_BYTES + length;
  if (end > bytes.length) return MORE;
  const entry = bytes.subarray(at + FRAME_HEADER_BYTES, end);
  const hash = bytes.subarray(at + AT_HASH, at + AT_CRC);
  if (hash.compare(leafHash(entry)) !== 0) return BAD;
  const frame = {
    index: bytes.readUIntBE(at + AT_INDEX, 6),
    group: bytes.readUIntBE(at + AT_GROUP, 6),
    entry,
    hash,
    bytes: end - at,
  };
  return { kind: 'frame', frame };
}

const MAGIC_BYTES = Buffer.from([0x48, 0x46, 0x4c, 0x31]);

/** Where the next record could start after damage; -1 = nowhere. */
export function findFrame(bytes: Buffer, from: number): number {
  return bytes.indexOf(MAGIC_BYTES, from);
}
