import { limits } from '../limits.ts';

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** Close codes of RFC 6455 §7.4.1. */
export const closeCodes = { normal: 1000, protocolError: 1002, unsupported: 1003, notUtf8: 1007, tooBig: 1009 } as const;

export type ReadFrame =
  | { readonly kind: 'more' }
  | { readonly kind: 'bad'; readonly closeCode: number }
  | { readonly kind: 'frame'; readonly opcode: number; readonly payload: Buffer; readonly bytes: number };

/** A server's frame: final, unmasked (RFC 6455 §5.1), and short enough for the 16-bit length. */
export function writeFrame(opcode: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : 4);
  head[0] = 0x80 | opcode;
  head[1] = payload.length < 126 ? payload.length : 126;
  if (payload.length >= 126) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The first frame of `buffer`, if all of it is there. Fragments and extensions are refused: the shop negotiates neither. */
export function readFrame(buffer: Buffer): ReadFrame {
  const [first, second] = buffer;
  if (first === undefined || second === undefined) return { kind: 'more' };
  const shortLength = second & 0x7f;
  // RFC 6455 §5.2: reserved bits must be zero, and a client's frame must be masked.
  if ((first & 0x70) !== 0 || (second & 0x80) === 0) return { kind: 'bad', closeCode: closeCodes.protocolError };
  if ((first & 0x80) === 0) return { kind: 'bad', closeCode: closeCodes.unsupported };
  if (shortLength === 127) return { kind: 'bad', closeCode: closeCodes.tooBig };
  const maskAt = shortLength === 126 ? 4 : 2;
  if (buffer.length < maskAt + 4) return { kind: 'more' };
  const length = shortLength === 126 ? buffer.readUInt16BE(2) : shortLength;
  if (length > limits.framePayloadBytesMax) return { kind: 'bad', closeCode: closeCodes.tooBig };
  const bytes = maskAt + 4 + length;
  if (buffer.length < bytes) return { kind: 'more' };
  const mask = buffer.subarray(maskAt, maskAt + 4);
  const payload = Buffer.from(buffer.subarray(maskAt + 4, bytes).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return { kind: 'frame', opcode: first & 0x0f, payload, bytes };
}
