import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Refused } from '../exchange.ts';
import type { AnswerMemory } from './answer-memory.ts';
import { ArrivingAnswer } from './arriving-answer.ts';
import type { AnswerSource } from './direct/answer-source.ts';
import type { AnswerTaker } from './direct/line-connection.ts';
import type { StalledAnswers } from './stalled-answers.ts';

export type UpstreamResponse = ArrivingAnswer;
export interface UpstreamUpgrade {
  readonly kind: 'upgraded';
  readonly headers: readonly (readonly [string, string])[];
  readonly socket: Duplex;
}
export type UpstreamAnswer = UpstreamResponse | UpstreamUpgrade | Refused;

export type UpstreamFault = NodeJS.ErrnoException;

/** Raw pairs as undici hands them: Latin-1 bytes, name and value in turn. */
function readPairs(raw: Dispatcher.DispatchController['rawHeaders']): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  if (!Array.isArray(raw)) return pairs;
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([latin1(raw[at]!), latin1(raw[at + 1]!)]);
  return pairs;
}
const latin1 = (text: Buffer | string): string => (typeof text === 'string' ? text : text.toString('latin1'));

const isEventStream = (headers: readonly (readonly [string, string])[]): boolean =>
  headers.some(([name, value]) => name.toLowerCase() === 'content-type' && value.toLowerCase().startsWith('text/event-stream'));

function lengthOf(headers: readonly (readonly [string, string])[]): number | null {
  const stated = headers.find(([name]) => name.length === 14 && name.toLowerCase() === 'content-length')?.[1];
  return stated === undefined ? null : Number(stated);
}

export interface HandlerParts {
  readonly bodyIdleMs: number;
  readonly memory: AnswerMemory;
  readonly stalled: StalledAnswers;
  readonly onAnswer: (answer: UpstreamResponse | UpstreamUpgrade) => void;
  /** Only before an answer began; after that a fault breaks the body off. */
  readonly onFault: (fault: UpstreamFault) => void;
  /** An answer that began has ended or broken off: its connection is free, although the client may still read. */
  readonly onAnswerOver: () => void;
}

/** One request to the application, as a direct line or undici's dispatcher calls it. */
export class ExchangeHandler implements AnswerTaker, Dispatcher.DispatchHandler {
  readonly #parts: HandlerParts;
  #source: AnswerSource | null = null;
  #answer: ArrivingAnswer | null = null;
  #isCancelled = false;
  #isOver = false;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** The client has gone: give the application's time back. */
  cancel(): void {
    this.#isCancelled = true;
    if (!this.#isOver) this.#source?.abort(new Error('client gone'));
  }

  takeSource(source: AnswerSource): void {
    this.#source = source;
    if (this.#isCancelled) source.abort(new Error('client gone'));
  }

  takeHead(status: number, headers: readonly (readonly [string, string])[]): void {
    const source = this.#source;
    if (source === null) throw new Error('assertion: an answer comes from somewhere');
    const idleMs = isEventStream(headers) ? 0 : this.#parts.bodyIdleMs;
    const { memory, stalled } = this.#parts;
    this.#answer = new ArrivingAnswer({ status, headers, source, idleMs, lengthBytes: lengthOf(headers), memory, stalled });
    // Whoever waits goes on in a microtask, after the bytes that came with the header have been handed over.
    this.#parts.onAnswer(this.#answer);
  }

  takeData(content: Uint8Array): void {
    this.#answer?.arrive(content);
  }

  takeEnd(): void {
    this.#isOver = true;
    this.#parts.onAnswerOver();
    this.#answer?.finish();
  }

  takeFault(fault: Error): void {
    this.#isOver = true;
    if (this.#answer === null) this.#parts.onFault(fault);
    else {
      this.#parts.onAnswerOver();
      this.#answer.fail(fault);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.takeSource(controller);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status >= 200) this.takeHead(status, readPairs(controller.rawHeaders));
  }

  // oxlint-disable-next-line max-params -- the signature is undici's
  onRequestUpgrade(controller: Dispatcher.DispatchController, status: number, _headers: unknown, socket: Duplex): void {
    this.#isOver = true;
    if (status === 101) this.#parts.onAnswer({ kind: 'upgraded', headers: readPairs(controller.rawHeaders), socket });
    else socket.destroy();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.takeData(chunk);
  }

  onResponseEnd(): void {
    // Trailers of the answer are dropped: no client of ours asked for them, and merged ones are an old way to smuggle.
    this.takeEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.takeFault(error);
  }
}
