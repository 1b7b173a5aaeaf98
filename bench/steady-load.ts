import { connect, type Socket } from 'node:net';
import { answerLength, type LoadRequest } from './load.ts';

export interface SteadyResult {
  /** How long each request took that was answered with 200. */
  readonly tookMs: readonly number[];
  readonly failures: number;
}

interface Steady {
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly mix: readonly LoadRequest[];
}

const CONNECTIONS_MAX = 64;
const STEP_MS = 1;
const DRAIN_MS = 5000;

/**
 * Sends so many requests a second whatever the answers take, each over a connection that waits for none, and measures from the
 * moment in which a request is written to the end of its answer.
 */
export async function steadyLoad({ port, perSecond, seconds, mix }: Steady): Promise<SteadyResult> {
  const tookMs: number[] = [];
  const lines = new Lines(port, (ms, ok) => {
    if (ok) tookMs.push(ms);
  });
  const wanted = Math.round(perSecond * seconds);
  const started = performance.now();
  let sent = 0;
  while (sent < wanted) {
    const due = Math.min(wanted, Math.ceil(((performance.now() - started) / 1000) * perSecond));
    // The mix is never empty.
    for (; sent < due; sent += 1) lines.send(mix[sent % mix.length]!.bytes);
    // oxlint-disable-next-line no-await-in-loop -- the pace
    await pause();
  }
  const until = performance.now() + DRAIN_MS;
  // oxlint-disable-next-line no-await-in-loop -- what is still on its way
  while (lines.answers < wanted && performance.now() < until) await pause();
  lines.close();
  return { tookMs, failures: wanted - tookMs.length };
}

// oxlint-disable-next-line promise/avoid-new -- the only way to wait
const pause = (): Promise<void> => new Promise((done) => setTimeout(done, STEP_MS));

interface Line {
  readonly socket: Socket;
  sentAt: number;
  pending: Buffer;
}

/** Connections that are kept; another one is opened where all of them wait. */
class Lines {
  readonly #port: number;
  readonly #onAnswer: (ms: number, ok: boolean) => void;
  readonly #free: Line[] = [];
  readonly #all = new Set<Line>();
  readonly #waiting: Buffer[] = [];
  answers = 0;

  constructor(port: number, onAnswer: (ms: number, ok: boolean) => void) {
    this.#port = port;
    this.#onAnswer = onAnswer;
  }

  send(bytes: Buffer): void {
    const line = this.#free.pop() ?? (this.#all.size < CONNECTIONS_MAX ? this.#open() : null);
    if (line === null) this.#waiting.push(bytes);
    else this.#write(line, bytes);
  }

  close(): void {
    for (const { socket } of this.#all) socket.destroy();
  }

  #write(line: Line, bytes: Buffer): void {
    line.sentAt = performance.now();
    line.socket.write(bytes);
  }

  #open(): Line {
    const line: Line = {
      socket: connect({ port: this.#port, host: '127.0.0.1', noDelay: true }),
      sentAt: 0,
      pending: Buffer.alloc(0),
    };
    this.#all.add(line);
    line.socket.on('data', (chunk: Buffer) => this.#take(line, chunk));
    line.socket.on('error', () => line.socket.destroy());
    line.socket.on('close', () => this.#all.delete(line));
    return line;
  }

  #take(line: Line, chunk: Buffer): void {
    const all = Buffer.concat([line.pending, chunk]);
    const length = answerLength(all);
    const isWhole = length !== null && all.length >= length;
    line.pending = isWhole ? all.subarray(length) : all;
    if (!isWhole) return;
    this.answers += 1;
    this.#onAnswer(performance.now() - line.sentAt, all.subarray(9, 12).toString('latin1') === '200');
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(line);
    else this.#write(line, next);
  }
}
