import { Refusal } from '../refusal.ts';

/** Takes exact numbers of bytes from a stream of chunks of any size; memory stays at one chunk and what was asked for. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #pending: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; a source that ends before is refused as damaged. */
  async take(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.stream(bytes)) parts.push(part);
    return Buffer.concat(parts, bytes);
  }

  /** The same in pieces as they come. */
  async *stream(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      if (this.#pending.length === 0) await this.#more();
      const part = this.#pending.subarray(0, left);
      this.#pending = this.#pending.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done === true) throw new Refusal('backup-unreadable', { detail: 'The backup is cut short.' });
    this.#pending = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }

  /** Reads to the end, so that a sealed stream checks its last part. */
  async drain(): Promise<void> {
    this.#pending = Buffer.alloc(0);
    while ((await this.#chunks.next()).done !== true);
  }
}
