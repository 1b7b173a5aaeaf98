import { LineConnection } from './line-connection.ts';
import type { AnswerTaker, ConnectionOwner, LineLimits } from './line-connection.ts';
import type { LineRequest } from './request-text.ts';

/** How exactly timeouts are kept: one timer serves all connections. */
const CHECK_MS = 250;

export interface LineParts extends LineLimits {
  readonly host: string;
  readonly port: number;
  readonly connectionsMax: number;
}

interface Waiting {
  readonly request: LineRequest;
  readonly taker: AnswerTaker;
}

/**
 * Connections in clear text to one application, for what nearly every request is: its body here as a whole, in memory or held on disk, or none.
 * Uploads that nobody holds, TLS and changes of protocol go through undici, which can do all of that and costs more than all rules together.
 */
export class DirectLine implements ConnectionOwner {
  readonly #parts: LineParts;
  readonly #open = new Set<LineConnection>();
  /** The one used last is taken first, so that the others can grow old. */
  readonly #idle: LineConnection[] = [];
  readonly #waiting: Waiting[] = [];
  #isClosed = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  dispatch(request: LineRequest, taker: AnswerTaker): void {
    const connection = this.#takeIdle() ?? this.#connect();
    if (connection === null) this.#waiting.push({ request, taker });
    else connection.send(request, taker);
  }

  /** What is under way and what waits is served to its end. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#idle.splice(0)) connection.socket.destroy();
  }

  destroy(): void {
    this.close();
    for (const { taker } of this.#waiting.splice(0)) taker.takeFault(new Error('the gateway closes'));
    for (const connection of this.#open) connection.fail(new Error('the gateway closes'));
  }

  onFree(connection: LineConnection): void {
    const next = this.#takeWaiting();
    if (next !== null) connection.send(next.request, next.taker);
    else if (this.#isClosed) connection.socket.destroy();
    else this.#idle.push(connection);
  }

  onGone(connection: LineConnection): void {
    this.#open.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    const next = this.#takeWaiting();
    if (next !== null) this.dispatch(next.request, next.taker);
    if (this.#open.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #takeIdle(): LineConnection | null {
    const now = performance.now();
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.isFresh(now)) return connection;
      connection.socket.destroy();
    }
    return null;
  }

  #connect(): LineConnection | null {
    const { host, port, connectionsMax } = this.#parts;
    if (this.#open.size >= connectionsMax) return null;
    const connection = new LineConnection({ host, port }, this.#parts, this);
    this.#open.add(connection);
    this.#timer ??= setInterval(() => this.#check(), CHECK_MS).unref();
    return connection;
  }

  #takeWaiting(): Waiting | null {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!next.taker.isCancelled) return next;
      next.taker.takeFault(new Error('client gone'));
    }
    return null;
  }

  #check(): void {
    const now = performance.now();
    for (const connection of this.#open) connection.check(now);
  }
}
