import type { DownMessage, GatewayPatch, Rehearsed, Snapshot, UpMessage } from '@holdfast/contract';
import { upMessageSchema } from '@holdfast/contract';
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { UploadPlace } from '../handle-request.ts';
import type { ListenAddresses } from '../listener/listeners.ts';
import type { PortAddress } from '../listener/ports.ts';
import type { GatewayLog } from '../log.ts';
import { createAnswering, endedMessages } from './answering.ts';
import type { Answering, AskHandler } from './answering.ts';
import { createApplied } from './applied.ts';
import { GatewayFailure } from './gateway-link.ts';
import type { GatewayLink } from './gateway-link.ts';
import { createRehearsals } from './rehearsals.ts';
import { compileCacheEnvironment, sourceArguments } from '../../platform/thread.ts';

export interface WorkersParts {
  readonly listen: ListenAddresses;
  readonly count: number;
  readonly log: GatewayLog;
  readonly node: string;
  readonly uploads: UploadPlace;
}

const BACKOFF_FIRST_MS = 200;
const BACKOFF_MAX_MS = 10_000;
/** A worker that lived this long was healthy: the next death starts the backoff anew. */
const HEALTHY_MS = 30_000;
const KILL_AFTER_MS = 1000;

/** Gateways in child processes that share the ports; the primary balances connections between them. */
export function createWorkersLink(parts: WorkersParts): GatewayLink {
  return new WorkersLink(parts);
}

class WorkersLink implements GatewayLink {
  readonly #parts: WorkersParts;
  readonly #listeners: ((message: UpMessage) => void)[] = [];
  readonly #workers = new Map<number, Worker>();
  readonly #answering: Answering;
  readonly #rehearsals = createRehearsals();
  readonly #applied = createApplied();
  readonly #timers = new Set<NodeJS.Timeout>();
  #snapshot: Snapshot | null = null;
  #backoffMs = BACKOFF_FIRST_MS;
  #isClosing = false;
  #started: { resolve: (at: ListenAddresses) => void; reject: (cause: GatewayFailure) => void } | null = null;
  #listening = 0;

  constructor(parts: WorkersParts) {
    this.#parts = parts;
    this.#answering = createAnswering(parts.log);
  }

  async start(snapshot: Snapshot): Promise<ListenAddresses> {
    this.#snapshot = snapshot;
    const { node, count, uploads } = this.#parts;
    const listen = await settlePorts(this.#parts.listen);
    // The file beside this one, with the ending that this one has: `.ts` from source, `.js` once emitted.
    const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    cluster.setupPrimary({
      execArgv: sourceArguments(),
      exec: fileURLToPath(new URL(`./worker-main${ending}`, import.meta.url)),
      args: [JSON.stringify({ listen, node, uploads: shareOf(uploads, count) })],
    });
    // oxlint-disable-next-line promise/avoid-new -- the messages are callbacks
    return new Promise((resolve, reject) => {
      this.#started = { resolve, reject };
      for (let index = 0; index < count; index += 1) this.#fork();
    });
  }

  async push(snapshot: Snapshot): Promise<void> {
    this.#snapshot = snapshot;
    for (const worker of this.#workers.values()) tell(worker, { kind: 'snapshot', snapshot });
    const { version } = snapshot;
    if (!(await this.#applied.settled(version)))
      this.#parts.log.warn({ version }, 'a gateway worker does not say that it judges by the policy of now');
  }

  onMessage(listener: (message: UpMessage) => void): void {
    this.#listeners.push(listener);
  }

  onAsk(handler: AskHandler): void {
    this.#answering.onAsk(handler);
  }

  async rehearse(patch: GatewayPatch): Promise<Rehearsed> {
    const live = [...this.#workers.values()].filter((worker) => worker.isConnected());
    return this.#rehearsals.ask(
      patch,
      live.map((worker) => (message) => tell(worker, message)),
    );
  }

  endSessions(hashes: readonly string[]): void {
    for (const message of endedMessages(hashes)) for (const worker of this.#workers.values()) tell(worker, message);
  }

  async close(timeoutMs: number): Promise<void> {
    this.#isClosing = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const gone = [...this.#workers.values()].map((worker) => endWorker(worker, timeoutMs));
    await Promise.all(gone);
  }

  #fork(): void {
    const worker = cluster.fork(compileCacheEnvironment());
    const bornAt = performance.now();
    this.#workers.set(worker.id, worker);
    worker.on('message', (message: unknown) => this.#take(worker, message));
    worker.on('exit', (code, signal) => {
      this.#workers.delete(worker.id);
      this.#applied.forget(worker.id);
      if (this.#isClosing) return;
      if (performance.now() - bornAt > HEALTHY_MS) this.#backoffMs = BACKOFF_FIRST_MS;
      this.#parts.log.error(
        { worker: worker.id, code, signal, backoffMs: this.#backoffMs },
        'gateway worker died; starting another',
      );
      this.#forkLater();
    });
    // A worker that dies while it is written to says so by its exit.
    worker.on('error', () => undefined);
    if (this.#snapshot !== null) tell(worker, { kind: 'snapshot', snapshot: this.#snapshot });
  }

  #forkLater(): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#fork();
    }, this.#backoffMs);
    this.#timers.add(timer);
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MAX_MS);
  }

  /** Another process is another trust domain: what it says is checked before it is believed. */
  #take(worker: Worker, raw: unknown): void {
    const read = upMessageSchema.safeParse(raw);
    if (!read.success) {
      this.#parts.log.warn({ issues: read.error.issues.length }, 'unreadable message of a gateway worker');
      return;
    }
    const message = read.data;
    if (message.kind === 'ask') {
      const { id, ask } = message;
      this.#answering.take(ask, (answer) => tell(worker, { kind: 'answer', id, answer }));
      return;
    }
    if (message.kind === 'rehearsed') this.#rehearsals.settle(message.id, message.result);
    if (message.kind === 'applied') this.#applied.note(worker.id, message.version);
    if (message.kind === 'failed') this.#applied.forget(worker.id);
    for (const listener of this.#listeners) listener(message);
    if (message.kind === 'failed') this.#started?.reject(new GatewayFailure(message.code, message.detail));
    if (message.kind !== 'listening') return;
    this.#listening += 1;
    if (this.#listening < this.#parts.count) return;
    this.#started?.resolve({
      https: readAddress(message.https),
      http: readAddress(message.http),
      plain: readAddress(message.plain),
    });
  }
}

/**
 * Port 0 is chosen here and once: were it left to the workers, those that come back after all have died would listen somewhere else.
 */
async function settlePorts({ https, http, plain }: ListenAddresses): Promise<ListenAddresses> {
  return { https: await settlePort(https), http: await settlePort(http), plain: await settlePort(plain) };
}

function settlePort(at: PortAddress | null): Promise<PortAddress | null> {
  if (at === null || at.port !== 0) return Promise.resolve(at);
  // oxlint-disable-next-line promise/avoid-new -- the server speaks events only
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(at.port, at.host, () => {
      const address = server.address();
      // A TCP server that listens has an address object.
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve({ ...at, port }));
    });
  });
}

/** The disk is one; each worker counts what it uses itself. */
function shareOf({ scanners, folder }: UploadPlace, count: number): UploadPlace {
  return { folder, scanners: { ...scanners, spoolBytesMax: Math.floor(scanners.spoolBytesMax / count) } };
}

function tell(worker: Worker, message: DownMessage): void {
  if (worker.isConnected()) worker.send(message, undefined, () => undefined);
}

function readAddress(text: string | null): PortAddress | null {
  if (text === null) return null;
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/gu, ''), port: Number(text.slice(colon + 1)) };
}

function endWorker(worker: Worker, timeoutMs: number): Promise<void> {
  // oxlint-disable-next-line promise/avoid-new -- the process speaks events only
  return new Promise((resolve) => {
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), timeoutMs + KILL_AFTER_MS);
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    if (worker.isDead()) resolve();
    else tell(worker, { kind: 'drain', timeoutMs });
  });
}
