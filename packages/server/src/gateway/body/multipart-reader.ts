import { DECODE_LIMITS, ambiguous, decodeBytes, fileText, overLimit, readPartHead } from '@holdfast/inspect';
import type { Decoded, Field, PartHead } from '@holdfast/inspect';
import { dataUrlIn, EncodedText } from './encoded-field.ts';
import { isFileType } from './file-type.ts';

export type MultipartFault = Exclude<Decoded, { kind: 'ok' }>;

/** What one piece of a body brought. `bytes` may go on only once `fields` have been judged: they are among them. */
export interface MultipartStep {
  readonly fields: readonly Field[];
  readonly bytes: Uint8Array;
  readonly fault: MultipartFault | null;
}

/** Where a file stands in the body, in octets from its beginning. `to` is known before anything behind the file goes on. */
export interface FilePart {
  readonly head: PartHead;
  /** Of its header block, without the line breaks around it. */
  readonly headFrom: number;
  readonly headTo: number;
  readonly from: number;
  to: number | null;
}

/** Where a file stands in base64 as the value of a field that is too long to be held. */
export interface EncodedPart {
  readonly name: string;
  /** Of a data URL; null = nothing says that it is a file. */
  readonly url: { readonly type: string | null } | null;
  readonly from: number;
  to: number | null;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const CRLF_BYTES = 2;
const CONTINUATION_BYTES_MAX = 3;

const framing = ambiguous('multipart-framing', 'multipart');

/**
 * Reads multipart/form-data as it arrives, by the rules of the decoder for whole bodies (RFC 7578, RFC 2046 §5.1.1). The content of
 * a file goes on as it comes, once its beginning has been judged; a text field, the head of every part and the closing delimiter are
 * held until they are whole. What is held is bounded: one part head and the beginning of a file, or one text field, and a delimiter.
 */
export class MultipartReader {
  readonly #delimiter: Buffer;
  #held: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Where the part under reading begins: the byte behind its delimiter, then behind its head. */
  #at = 0;
  /** No delimiter and no end of a head begins before. */
  #searched = 0;
  /** Bytes at the front that may go on. */
  #released = 0;
  #state: 'opening' | 'ending' | 'head' | 'sample' | 'file' | 'field' | 'encoded' | 'epilogue' = 'opening';
  #head: PartHead = { name: '', fileName: undefined, type: undefined };
  /** Octets that have gone on before those that are held. */
  #gone = 0;
  #open: FilePart | null = null;
  /** Every file so far: parts with the name of a file, and those that say they are of a type that only files have. */
  readonly files: FilePart[] = [];
  /** Fields that go on as they come, because nothing but base64 is in them. */
  readonly encoded: EncodedPart[] = [];
  #text = new EncodedText();
  /** How far the text was followed, in octets from the beginning of the body. */
  #followed = 0;
  #fields: Field[] = [];
  #parts = 0;
  #fieldBytes = 0;

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`--${boundary}`, 'latin1');
  }

  push(chunk: Uint8Array): MultipartStep {
    this.#append(chunk);
    // Each turn takes one state further; a body has at most `partsMax` parts of four states.
    for (;;) {
      const turn = this.#advance();
      if (turn === 'wait') return this.#step(null);
      if (turn !== 'go') return this.#step(turn);
    }
  }

  /**
   * Within a file and with no sign of its end: what was held, then most of the chunk, without a copy of it. Null = `push` it. Most of an
   * upload goes this way, where copies would cost more than everything else that is done with it.
   */
  passOver(chunk: Uint8Array): readonly [Uint8Array, Uint8Array] | null {
    const keep = this.#delimiter.length + CRLF_BYTES - 1;
    const held = this.#length;
    if (this.#state !== 'file' || this.#released !== 0 || held > keep || chunk.length < keep * 2) return null;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const seam = Buffer.concat([this.#held.subarray(0, held), bytes.subarray(0, keep)]);
    if (seam.includes(this.#delimiter) || bytes.includes(this.#delimiter)) return null;
    const before = this.#held.subarray(0, held);
    const gone = bytes.length - keep;
    // What goes on is never written to again: the rest is memory of its own.
    this.#held = Buffer.from(bytes.subarray(gone));
    this.#length = keep;
    this.#gone += held + gone;
    this.#at = 0;
    this.#searched = CRLF_BYTES;
    return [before, bytes.subarray(0, gone)];
  }

  /** The body has ended; what is still held goes on when its end is where it must be. */
  end(): MultipartStep {
    const rest = this.#length - this.#at;
    if (this.#state !== 'epilogue' || (rest !== 0 && rest !== CRLF_BYTES)) return this.#step(framing);
    this.#released = this.#length;
    return this.#step(null);
  }

  /** What has not gone on yet; for whoever gives up reading and lets the body pass. */
  rest(): Uint8Array {
    this.#released = this.#length;
    return this.#take();
  }

  #advance(): 'go' | 'wait' | MultipartFault {
    if (this.#state === 'opening') return this.#readOpening();
    if (this.#state === 'ending') return this.#readEnding();
    if (this.#state === 'head') return this.#readHead();
    return this.#state === 'epilogue' ? this.#readEpilogue() : this.#readContent();
  }

  #readOpening(): 'go' | 'wait' | MultipartFault {
    const { length } = this.#delimiter;
    const seen = Math.min(this.#length, length);
    if (this.#held.compare(this.#delimiter, 0, seen, 0, seen) !== 0) return framing;
    if (seen < length) return 'wait';
    this.#at = length;
    this.#state = 'ending';
    return 'go';
  }

  #readEnding(): 'go' | 'wait' | MultipartFault {
    if (this.#length < this.#at + CRLF_BYTES) return 'wait';
    const [first, second] = [this.#held[this.#at], this.#held[this.#at + 1]];
    if (first === DASH && second === DASH) {
      this.#at += CRLF_BYTES;
      this.#state = 'epilogue';
      return 'go';
    }
    if (first !== CR || second !== LF) return framing;
    this.#parts += 1;
    if (this.#parts > DECODE_LIMITS.partsMax) return overLimit('partsMax', 'multipart');
    // The line break of the delimiter itself may begin the empty line, which makes an empty header block.
    this.#searched = this.#at;
    this.#state = 'head';
    return 'go';
  }

  #readHead(): 'go' | 'wait' | MultipartFault {
    const end = this.#find(HEAD_END);
    if (end < 0) {
      return this.#length - this.#at > DECODE_LIMITS.partHeaderBytesMax + HEAD_END.length
        ? overLimit('partHeaderBytesMax', 'multipart')
        : 'wait';
    }
    const block = this.#held.subarray(this.#at + CRLF_BYTES, Math.max(end, this.#at + CRLF_BYTES));
    if (block.includes(this.#delimiter)) return framing;
    const head = readPartHead(decodeBytes(block), DECODE_LIMITS);
    if (head.kind !== 'head') return head;
    this.#head = head.head;
    const headFrom = this.#gone + this.#at + CRLF_BYTES;
    this.#at = end + HEAD_END.length;
    this.#searched = this.#at;
    this.#noteFile(head.head, { headFrom, headTo: headFrom + block.length, from: this.#gone + this.#at });
    this.#state = head.head.fileName === undefined ? 'field' : 'sample';
    if (head.head.fileName !== undefined)
      this.#fields.push({ location: 'file-name', name: head.head.name, value: head.head.fileName });
    return 'go';
  }

  #readContent(): 'go' | 'wait' | MultipartFault {
    const found = this.#find(this.#delimiter);
    // The line break before a delimiter belongs to it; an empty part shares that of the empty line behind its head.
    const end = (found < 0 ? this.#searched : found) - CRLF_BYTES;
    if (this.#state === 'sample' && !this.#takeSample(end, found >= 0)) return 'wait';
    const fault = this.#overLimits(end);
    if (fault !== null) return fault;
    const isField = this.#state === 'field';
    if (!isField || found >= 0) this.#released = end;
    if (found < 0) return 'wait';
    // RFC 2046 §5.1.1: it never stands within a part, and behind a bare LF or CR some servers would take it for a delimiter.
    if (this.#held[end] !== CR || this.#held[end + 1] !== LF) return framing;
    this.#endPart(end);
    this.#at = found + this.#delimiter.length;
    this.#state = 'ending';
    return 'go';
  }

  #endPart(end: number): void {
    if (this.#state === 'field') this.#takeField(Math.max(end, this.#at));
    const encoded = this.#state === 'encoded' ? this.encoded.at(-1) : undefined;
    if (encoded !== undefined) encoded.to = this.#gone + end;
    if (this.#open !== null) this.#open.to = this.#gone + Math.max(end, this.#at);
    this.#open = null;
  }

  /** A field that is too long to be held may still be a file in base64, which goes on as it comes. */
  #overLimits(end: number): MultipartFault | null {
    const fault = this.#state === 'field' ? this.#overFieldLimits(end - this.#at) : null;
    if (fault !== null) return this.#beginEncoded(end) ? null : fault;
    if (this.#state !== 'encoded' || this.#followEncoded(end)) return null;
    return overLimit('streamedFieldBytesMax', 'multipart');
  }

  #noteFile(head: PartHead, place: Pick<FilePart, 'headFrom' | 'headTo' | 'from'>): void {
    if (head.fileName === undefined && !isFileType(head.type ?? null)) return;
    this.#open = { head, ...place, to: null };
    this.files.push(this.#open);
  }

  #overFieldLimits(bytes: number): MultipartFault | null {
    if (bytes > DECODE_LIMITS.streamedFieldBytesMax) return overLimit('streamedFieldBytesMax', 'multipart');
    const isOver = this.#fieldBytes + bytes > DECODE_LIMITS.streamedFieldsBytesMax;
    return isOver ? overLimit('streamedFieldsBytesMax', 'multipart') : null;
  }

  /** A long value that is a file in base64: its name and beginning are judged as a field, and the rest may be nothing else. */
  #beginEncoded(end: number): boolean {
    const bytesMax = DECODE_LIMITS.streamedFieldBytesMax;
    // Longer by one than any field that is held: whoever reads it sees that it is cut.
    const value = decodeBytes(this.#held.subarray(this.#at, Math.min(end, this.#at + bytesMax + 1)));
    if (value.length <= bytesMax) return false;
    const url = dataUrlIn(value);
    const from = this.#gone + this.#at + (url?.chars ?? 0);
    this.#text = new EncodedText();
    this.#followed = from;
    if (!this.#followEncoded(end)) return false;
    this.#fields.push({ location: 'multipart', name: this.#head.name, value });
    this.encoded.push({ name: this.#head.name, url: url === null ? null : { type: url.type }, from, to: null });
    this.#state = 'encoded';
    return true;
  }

  #followEncoded(end: number): boolean {
    const from = this.#followed - this.#gone;
    if (end <= from) return true;
    this.#followed = this.#gone + end;
    return this.#text.push(this.#held.subarray(from, end));
  }

  #takeField(end: number): void {
    const content = this.#held.subarray(this.#at, end);
    this.#fieldBytes += content.length;
    this.#fields.push({ location: 'multipart', name: this.#head.name, value: decodeBytes(content) });
  }

  /** False while more of a file's beginning is to come. */
  #takeSample(end: number, isWhole: boolean): boolean {
    const bytesMax = DECODE_LIMITS.fileSampleBytesMax;
    if (!isWhole && end - this.#at < bytesMax) return false;
    const stop = Math.min(Math.max(end, this.#at), this.#at + bytesMax);
    const value = fileText(decodeBytes(this.#held.subarray(this.#at, this.#characterEnd(stop, end))));
    if (value !== undefined) this.#fields.push({ location: 'multipart', name: this.#head.name, value, isFile: true });
    this.#state = 'file';
    return true;
  }

  /** Back to where a character begins: one that is cut in two would make the rest no UTF-8 (RFC 3629 §3). */
  #characterEnd(stop: number, end: number): number {
    let at = stop;
    while (at < end && at > this.#at && stop - at < CONTINUATION_BYTES_MAX && ((this.#held[at] ?? 0) & 0xc0) === 0x80) at -= 1;
    return at;
  }

  #readEpilogue(): 'wait' | MultipartFault {
    const [first = CR, second = LF] = this.#held.subarray(this.#at, this.#length);
    return this.#length - this.#at > CRLF_BYTES || first !== CR || second !== LF ? framing : 'wait';
  }

  /** Each byte is searched once, however small the pieces are in which a body comes. */
  #find(what: Buffer): number {
    const found = this.#held.subarray(0, this.#length).indexOf(what, this.#searched);
    if (found < 0) this.#searched = Math.max(this.#searched, this.#length - what.length + 1);
    return found;
  }

  /** Grows by doubling: a field that is dripped in byte by byte must not be copied once for each. */
  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#length * 2));
      this.#held.copy(grown, 0, 0, this.#length);
      this.#held = grown;
    }
    this.#held.set(chunk, this.#length);
    this.#length = needed;
  }

  #step(fault: MultipartFault | null): MultipartStep {
    const fields = this.#fields;
    this.#fields = [];
    return { fields, bytes: this.#take(), fault };
  }

  #take(): Uint8Array {
    const count = this.#released;
    const bytes = this.#held.subarray(0, count);
    if (count === 0) return bytes;
    // What goes on is never written to again: the rest moves to memory of its own.
    this.#held = Buffer.from(this.#held.subarray(count, this.#length));
    this.#gone += count;
    this.#length -= count;
    this.#at -= count;
    this.#searched -= count;
    this.#released = 0;
    return bytes;
  }
}
