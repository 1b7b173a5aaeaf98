import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { errors } from 'undici';
import type { BodyPieces } from '../../exchange.ts';
import type { HeaderPair } from '../../response/upstream-headers.ts';
import { AnswerReader } from './answer-reader.ts';
import type { AnswerSink } from './answer-reader.ts';
import type { AnswerSource } from './answer-source.ts';
import { requestText } from './request-text.ts';
import type { LineRequest } from './request-text.ts';

/** Who gets the answer to one request. A fault comes at most once, and nothing after it. */
export interface AnswerTaker {
  /** The client had gone before the request was sent. */
  readonly isCancelled: boolean;
  takeSource(source: AnswerSource): void;
  takeHead(status: number, headers: HeaderPair[]): void;
  takeData(content: Buffer): void;
  takeEnd(): void;
  takeFault(fault: Error): void;
}

export interface LineLimits {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly keepAliveMs: number;
}

export interface ConnectionOwner {
  /** It can take another request. */
  onFree(connection: LineConnection): void;
  onGone(connection: LineConnection): void;
}

/** Up to here a body goes out as one text with its head: one write instead of a gathered one. */
const ONE_WRITE_BYTES_MAX = 16_384;
const TCP_KEEP_ALIVE_MS = 60_000;
/** An application that closes idle connections after so long may be closing this one already. */
const CLOSING_MARGIN_MS = 1000;

/** What one taker holds of a connection: worth nothing any more once its answer is over, because others use it then. */
class Passage implements AnswerSource {
  readonly taker: AnswerTaker;
  paused = false;
  #connection: LineConnection | null;

  constructor(connection: LineConnection, taker: AnswerTaker) {
    this.#connection = connection;
    this.taker = taker;
  }

  pause(): void {
    if (this.#connection === null) return;
    this.paused = true;
    this.#connection.socket.pause();
  }

  resume(): void {
    this.paused = false;
    this.#connection?.socket.resume();
  }

  abort(reason: Error): void {
    this.#connection?.fail(reason);
  }

  /** Leaves the connection reading: only so does it notice that the application closes it. */
  leave(): void {
    if (this.paused) this.resume();
    this.#connection = null;
  }
}

/** One TCP connection to an application, one exchange at a time. Faults are told in undici's words, as on every other way there. */
export class LineConnection implements AnswerSink {
  readonly socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #limits: LineLimits;
  readonly #reader = new AnswerReader(this);
  #passage: Passage | null = null;
  #isAwaited = false;
  /** Pieces of a body are still to be written. */
  #isSending = false;
  /** Since when the current phase lasts: connecting, waiting for a head, idle. */
  #since = performance.now();
  #idleMsMax = 0;

  constructor(at: { readonly host: string; readonly port: number }, limits: LineLimits, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#limits = limits;
    this.socket = connect({ ...at, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS });
    this.socket.on('connect', () => {
      this.#since = performance.now();
    });
    this.socket.on('data', (bytes: Buffer) => {
      if (!this.#reader.push(bytes)) this.fail(new errors.HTTPParserError('not an answer'));
    });
    this.socket.on('end', () => {
      if (!this.#reader.close()) this.fail(new errors.SocketError('other side closed'));
    });
    this.socket.on('error', (fault) => this.fail(fault));
    this.socket.on('close', () => {
      this.fail(new errors.SocketError('closed'));
      owner.onGone(this);
    });
  }

  send(request: LineRequest, taker: AnswerTaker): void {
    const { body } = request;
    const head = requestText(request);
    this.#passage = new Passage(this, taker);
    this.#isAwaited = true;
    this.#since = performance.now();
    this.#reader.expect(request.method);
    taker.takeSource(this.#passage);
    if (body === null) this.socket.write(head, 'latin1');
    else if ('next' in body) {
      this.socket.write(head, 'latin1');
      void this.#sendPieces(body, this.#passage);
    } else if (body.length <= ONE_WRITE_BYTES_MAX) this.socket.write(head + latin1(body), 'latin1');
    else {
      this.socket.cork();
      this.socket.write(head, 'latin1');
      this.socket.write(body);
      this.socket.uncork();
    }
  }

  /** One is read while the one before is written; none is read before the one in the same memory is with the kernel. */
  async #sendPieces(pieces: BodyPieces, passage: Passage): Promise<void> {
    this.#isSending = true;
    try {
      let ahead = pieces.next();
      for (let piece = await ahead; piece !== null; piece = await ahead) {
        // Whoever is told of the end of this exchange may close what is read from.
        if (this.#passage !== passage) return;
        const written = this.#write(piece);
        ahead = pieces.next();
        await Promise.all([written, ahead]);
        this.#since = performance.now();
      }
      this.#isSending = false;
    } catch (fault) {
      if (this.#passage === passage) this.fail(fault instanceof Error ? fault : new Error('a body could not be sent'));
    }
  }

  #write(bytes: Uint8Array): Promise<void> {
    // oxlint-disable-next-line promise/avoid-new -- a socket speaks callbacks only
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => (error === null || error === undefined ? resolve() : reject(error)));
    });
  }

  head(status: number, headers: HeaderPair[]): void {
    this.#isAwaited = false;
    this.#passage?.taker.takeHead(status, headers);
  }

  data(content: Buffer): void {
    this.#passage?.taker.takeData(content);
  }

  end({ mayReuse, keepAliveMs }: { readonly mayReuse: boolean; readonly keepAliveMs: number | null }): void {
    const passage = this.#passage;
    this.#passage = null;
    passage?.leave();
    const { keepAliveMs: most } = this.#limits;
    this.#since = performance.now();
    this.#idleMsMax = keepAliveMs === null ? most : Math.min(most, keepAliveMs - CLOSING_MARGIN_MS);
    // An answer that overtook its request leaves the rest of it on the way.
    const isFree =
      mayReuse && !this.#isSending && this.#idleMsMax > 0 && this.socket.writableLength === 0 && !this.socket.destroyed;
    if (!isFree) this.socket.destroy();
    passage?.taker.takeEnd();
    if (isFree) this.#owner.onFree(this);
  }

  /** Whether the application will not close it right now. */
  isFresh(now: number): boolean {
    return !this.socket.destroyed && now - this.#since < this.#idleMsMax;
  }

  /** Ends what has lasted too long. */
  check(now: number): void {
    const lastedMs = now - this.#since;
    if (this.#passage === null) {
      if (lastedMs >= this.#idleMsMax) this.socket.destroy();
    } else if (this.socket.connecting) {
      if (lastedMs >= this.#limits.connectMs) this.fail(new errors.ConnectTimeoutError());
    } else if (this.#isAwaited && lastedMs >= this.#limits.headersMs) this.fail(new errors.HeadersTimeoutError());
  }

  /** Breaks the exchange off, and the connection with it. */
  fail(fault: Error): void {
    const passage = this.#passage;
    this.#passage = null;
    this.socket.destroy();
    if (passage === null) return;
    passage.leave();
    passage.taker.takeFault(fault);
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
