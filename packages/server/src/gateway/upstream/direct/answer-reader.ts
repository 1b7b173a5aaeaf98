import type { HeaderPair } from '../../response/upstream-headers.ts';
import { readAnswerHead } from './answer-head.ts';
import type { AnswerHead } from './answer-head.ts';
import { ChunkedReader } from './chunked-reader.ts';

const HEAD_BYTES_MAX = 65_536;
const HEAD_END = Buffer.from('\r\n\r\n');

/** What a connection does with an answer as it is read. */
export interface AnswerSink {
  head(status: number, headers: HeaderPair[]): void;
  data(content: Buffer): void;
  /** The answer is whole. */
  end(next: { readonly mayReuse: boolean; readonly keepAliveMs: number | null }): void;
}

/**
 * A strict reader of HTTP/1.1 answers (RFC 9112) on one connection to an application. Whatever does not say in one way only
 * where it ends is a fault, and nothing is read behind it: an answer must never reach another visitor than the one it is for.
 */
export class AnswerReader {
  readonly #sink: AnswerSink;
  #state: 'idle' | 'head' | 'length' | 'chunked' | 'until-close' = 'idle';
  #method = '';
  /** The beginning of a head whose end has not come. */
  #begun: Buffer | null = null;
  #head: AnswerHead | null = null;
  #left = 0;
  #chunks = new ChunkedReader();

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** An answer to this method is expected next. */
  expect(method: string): void {
    this.#method = method;
    this.#state = 'head';
  }

  /** False when the bytes are not an answer, or more than one. */
  push(bytes: Buffer): boolean {
    let rest: Buffer | null = bytes;
    // `end` below may begin the next exchange, but only where nothing is left of these bytes.
    while (rest !== null && rest.length > 0) {
      if (this.#state === 'idle') return false;
      if (this.#state === 'head') rest = this.#pushHead(rest);
      else if (this.#state === 'chunked') rest = this.#pushChunked(rest);
      else rest = this.#pushPlain(rest);
      if (rest === null) return false;
    }
    return true;
  }

  /** The application has closed its side; true when that ends the answer, as the absence of a length says. */
  close(): boolean {
    if (this.#state !== 'until-close') return false;
    this.#end(0);
    return true;
  }

  #pushHead(bytes: Buffer): Buffer | null {
    const begun = this.#begun;
    const all = begun === null ? bytes : Buffer.concat([begun, bytes]);
    const end = all.indexOf(HEAD_END, Math.max(0, (begun?.length ?? 0) - HEAD_END.length));
    if ((end < 0 ? all.length : end) > HEAD_BYTES_MAX) return null;
    this.#begun = end < 0 ? all : null;
    if (end < 0) return all.subarray(all.length);
    const head = readAnswerHead(all.toString('latin1', 0, end), this.#method);
    // Nobody asks for a change of protocol on this way (RFC 9110 §7.8).
    if (head === null || head.status === 101) return null;
    const rest = all.subarray(end + HEAD_END.length);
    if (head.status >= 200) this.#begin(head, rest.length);
    return rest;
  }

  #begin(head: AnswerHead, restBytes: number): void {
    const { framing } = head;
    this.#head = head;
    this.#sink.head(head.status, head.headers);
    if (framing.kind === 'none') {
      this.#end(restBytes);
      return;
    }
    this.#state = framing.kind;
    if (framing.kind === 'length') this.#left = framing.bytes;
    else if (framing.kind === 'chunked') this.#chunks = new ChunkedReader();
  }

  #pushPlain(bytes: Buffer): Buffer {
    const length = this.#state === 'length' ? Math.min(bytes.length, this.#left) : bytes.length;
    const rest = bytes.subarray(length);
    this.#sink.data(length === bytes.length ? bytes : bytes.subarray(0, length));
    if (this.#state !== 'length') return rest;
    this.#left -= length;
    if (this.#left === 0) this.#end(rest.length);
    return rest;
  }

  #pushChunked(bytes: Buffer): Buffer | null {
    const taken = this.#chunks.push(bytes, (content) => this.#sink.data(content));
    if (taken < 0) return null;
    const rest = bytes.subarray(taken);
    if (this.#chunks.isOver) this.#end(rest.length);
    return rest;
  }

  #end(restBytes: number): void {
    const head = this.#head;
    const isCounted = this.#state !== 'until-close';
    this.#state = 'idle';
    this.#head = null;
    const mayReuse = head?.mayReuse === true && isCounted && restBytes === 0;
    this.#sink.end({ mayReuse, keepAliveMs: head?.keepAliveMs ?? null });
  }
}
