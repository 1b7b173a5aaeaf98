const LF = 0x0a;
/** A size with its extensions, or one trailer. */
const LINE_CHARS_MAX = 8192;
const TRAILERS_MAX = 64;
// Thirteen digits are exact in a double; no space around the number, which parsers read differently.
const SIZE = /^(?<size>[0-9A-Fa-f]{1,13})(?:[ \t]*;[\t\u0020-\u007e\u0080-\u00ff]*)?$/u;

/** Takes chunked framing (RFC 9112 §7.1) off one body. Trailers are dropped: merged into a header they are an old way to smuggle. */
export class ChunkedReader {
  #part: 'size' | 'data' | 'data-end' | 'trailer' | 'over' = 'size';
  /** The part of a line that has come. */
  #line = '';
  #left = 0;
  #trailers = 0;

  get isOver(): boolean {
    return this.#part === 'over';
  }

  /** Hands the content on; how many bytes were taken (fewer than all only at the end), or -1 for anything else than chunks. */
  push(bytes: Buffer, onData: (content: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && this.#part !== 'over') {
      const next = this.#part === 'data' ? this.#takeData(bytes, at, onData) : this.#takeLine(bytes, at);
      if (next < 0) return -1;
      at = next;
    }
    return at;
  }

  #takeData(bytes: Buffer, at: number, onData: (content: Buffer) => void): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) this.#part = 'data-end';
    onData(bytes.subarray(at, end));
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const feed = bytes.indexOf(LF, at);
    const end = feed < 0 ? bytes.length : feed + 1;
    if (this.#line.length + end - at > LINE_CHARS_MAX) return -1;
    this.#line += bytes.toString('latin1', at, end);
    if (feed < 0) return end;
    const isLine = this.#line.endsWith('\r\n') && this.#endLine(this.#line.slice(0, -2));
    this.#line = '';
    return isLine ? end : -1;
  }

  #endLine(line: string): boolean {
    if (this.#part === 'data-end') {
      this.#part = 'size';
      return line === '';
    }
    if (this.#part === 'trailer') {
      this.#trailers += 1;
      if (line === '') this.#part = 'over';
      return !line.includes('\r') && this.#trailers <= TRAILERS_MAX;
    }
    const size = SIZE.exec(line)?.groups?.['size'];
    if (size === undefined) return false;
    this.#left = Number.parseInt(size, 16);
    this.#part = this.#left === 0 ? 'trailer' : 'data';
    return true;
  }
}
