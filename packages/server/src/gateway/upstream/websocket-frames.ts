/** What a stream of frames did that it must not; the number is the close code for it (RFC 6455 §7.4.1). */
export type FrameFault = 1002 | 1009;

const HEADER_BYTES_MAX = 14;

/**
 * Follows RFC 6455 frames by their headers alone: payloads are neither held nor unmasked. Tells whether a chunk may pass
 * and whether the stream stands between two frames, where a close frame of our own may be put in.
 */
export class FrameMeter {
  readonly #frameBytesMax: number;
  readonly #isFromClient: boolean;
  readonly #header = new Uint8Array(HEADER_BYTES_MAX);
  #headerBytes = 0;
  #payloadLeft = 0;

  constructor(frameBytesMax: number, isFromClient: boolean) {
    this.#frameBytesMax = frameBytesMax;
    this.#isFromClient = isFromClient;
  }

  get isBetweenFrames(): boolean {
    return this.#headerBytes === 0 && this.#payloadLeft === 0;
  }

  push(chunk: Uint8Array): FrameFault | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payloadLeft > 0) {
        const taken = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= taken;
        at += taken;
        continue;
      }
      // In range: `at < chunk.length`, and the header is complete at the latest after HEADER_BYTES_MAX bytes.
      this.#header[this.#headerBytes] = chunk[at]!;
      this.#headerBytes += 1;
      at += 1;
      const fault = this.#readHeader();
      if (fault !== null) return fault;
    }
    return null;
  }

  #readHeader(): FrameFault | null {
    if (this.#headerBytes < 2) return null;
    const first = this.#header[0]!;
    const second = this.#header[1]!;
    const isMasked = (second & 0x80) !== 0;
    // RFC 6455 §5.1: client frames are masked, server frames are not.
    if (isMasked !== this.#isFromClient) return 1002;
    const short = second & 0x7f;
    // §5.5: control frames are short and whole.
    if ((first & 0x08) !== 0 && (short > 125 || (first & 0x80) === 0)) return 1002;
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
    if (this.#headerBytes < 2 + lengthBytes + (isMasked ? 4 : 0)) return null;
    const length = lengthBytes === 0 ? short : this.#extendedLength(lengthBytes);
    if (length > this.#frameBytesMax) return 1009;
    this.#payloadLeft = length;
    this.#headerBytes = 0;
    return null;
  }

  #extendedLength(bytes: number): number {
    let length = 0;
    for (let at = 2; at < 2 + bytes; at += 1) length = length * 256 + this.#header[at]!;
    return length;
  }
}

/** An unmasked close frame, as a server sends it. */
export function closeFrame(code: number): Uint8Array {
  return Uint8Array.of(0x88, 0x02, code >> 8, code & 0xff);
}

/** A masked close frame, as a client sends it; the mask hides nothing here and may be zero. */
export function maskedCloseFrame(code: number): Uint8Array {
  return Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, code >> 8, code & 0xff);
}
