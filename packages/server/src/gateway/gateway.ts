import type { DownMessage, Snapshot, UpMessage } from '@holdfast/contract';
import type { Clock } from '../platform/clock.ts';
import { compileSnapshot } from './snapshot/compile-snapshot.ts';
import type { CompiledSnapshot } from './snapshot/compiled-snapshot.ts';
import { createAsks } from './link/asks.ts';
import type { Asks } from './link/asks.ts';
import { createRequestRoom } from './handle-request.ts';
import type { RequestRoom, UploadPlace } from './handle-request.ts';
import type { RandomBytes } from './identifiers.ts';
import { ListenError } from './listener/ports.ts';
import type { PortAddress } from './listener/ports.ts';
import { openListeners } from './listener/listeners.ts';
import type { ListenAddresses, Listeners } from './listener/listeners.ts';
import type { GatewayLog } from './log.ts';

export interface GatewayParts {
  readonly listen: ListenAddresses;
  readonly send: (message: UpMessage) => void;
  readonly clock: Clock;
  readonly log: GatewayLog;
  /** Name of this node in events. */
  readonly node?: string;
  readonly uploads: UploadPlace;
  readonly random?: RandomBytes;
}

export interface Gateway {
  receive(message: DownMessage): void;
  /** Bound addresses; all null until the first snapshot has come. */
  addresses(): ListenAddresses;
  /** Drains and stops; resolves at the latest after `timeoutMs`. */
  close(timeoutMs?: number): Promise<void>;
}

const DRAIN_MS = 30_000;
const DRAIN_CHECK_MS = 50;
/** Clients that are about to reuse a connection get one more answer, which tells them that it is the last. */
const IDLE_GRACE_MS = 500;
const NOTHING_BOUND: ListenAddresses = { https: null, http: null, plain: null };

/** The data path of this process. It opens its ports with the first snapshot: without policy nothing is served. */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const gateway = new GatewayProcess(parts);
  return gateway;
}

class GatewayProcess implements Gateway {
  readonly #parts: GatewayParts;
  readonly #room: RequestRoom;
  readonly #asks: Asks;
  #snapshot: CompiledSnapshot | null = null;
  #opening: Promise<void> | null = null;
  #listeners: Listeners | null = null;
  #closing: Promise<void> | null = null;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    const { clock, log, send } = parts;
    this.#asks = createAsks({ send });
    this.#room = createRequestRoom({
      ask: (ask) => this.#asks.ask(ask),
      clock,
      log,
      send,
      uploads: parts.uploads,
      node: parts.node ?? 'gateway',
      snapshot: () => this.#current(),
      ...(parts.random === undefined ? {} : { random: parts.random }),
    });
  }

  receive(message: DownMessage): void {
    switch (message.kind) {
      case 'snapshot':
        this.#swap(message.snapshot);
        break;
      case 'drain':
        void this.close(message.timeoutMs);
        break;
      case 'answer':
        this.#asks.settle(message.id, message.answer);
        break;
      case 'rehearse':
        void this.#rehearse(message);
        break;
      case 'sessions-ended':
        this.#room.endSessions(message.hashes);
        break;
    }
  }

  addresses(): ListenAddresses {
    return this.#listeners?.bound ?? NOTHING_BOUND;
  }

  close(timeoutMs: number = DRAIN_MS): Promise<void> {
    this.#closing ??= this.#drain(timeoutMs);
    return this.#closing;
  }

  /** Compiles first and swaps then: requests in flight keep the snapshot they began with, and a bad one changes nothing. */
  #swap(source: Snapshot): void {
    const { log, send } = this.#parts;
    try {
      const compiled = compileSnapshot(source, {
        previous: this.#snapshot,
        onPatchesRefused: (patches) => log.error({ patches }, 'unreadable patches left out'),
        onSchemaRefused: (application) => log.error({ application }, 'unreadable schema left out'),
        onRefused: (prefixes) => log.warn({ count: prefixes.length }, 'unreadable prefixes left out'),
      });
      this.#snapshot = compiled;
      this.#room.follow(compiled);
      this.#listeners?.follow(compiled);
    } catch (cause) {
      log.error({ cause, version: source.version }, 'snapshot refused');
      send({ kind: 'failed', code: 'internal', detail: 'the snapshot could not be compiled' });
      return;
    }
    send({ kind: 'applied', version: source.version, digest: source.digest });
    this.#opening ??= this.#open();
  }

  async #open(): Promise<void> {
    const { listen, log, send } = this.#parts;
    try {
      await this.#room.settled();
      this.#listeners = await openListeners({ listen, room: this.#room, snapshot: () => this.#current(), log });
      const { https, http, plain } = this.#listeners.bound;
      send({ kind: 'listening', https: written(https), http: written(http), plain: written(plain) });
    } catch (cause) {
      const code = cause instanceof ListenError ? cause.code : 'internal';
      send({ kind: 'failed', code, detail: cause instanceof Error ? cause.message : 'cannot listen' });
    }
  }

  #current(): CompiledSnapshot {
    if (this.#snapshot === null) throw new Error('assertion: nothing is served before the first snapshot');
    return this.#snapshot;
  }

  async #rehearse({ id, patch }: Extract<DownMessage, { kind: 'rehearse' }>): Promise<void> {
    const { log, send } = this.#parts;
    try {
      send({ kind: 'rehearsed', id, result: await this.#room.rehearse(patch) });
    } catch (cause) {
      // Unanswered: whoever asks counts this gateway as one that holds nothing.
      log.error({ cause, patch: patch.id }, 'a patch could not be tried on recent requests');
    }
  }

  async #drain(timeoutMs: number): Promise<void> {
    await this.#opening;
    const deadline = performance.now() + timeoutMs;
    this.#listeners?.drain();
    const idleUntil = performance.now() + IDLE_GRACE_MS;
    while ((this.#listeners?.size ?? 0) > 0 && performance.now() < deadline) {
      await sleep(DRAIN_CHECK_MS);
      if (performance.now() > idleUntil) this.#listeners?.endIdle();
    }
    this.#listeners?.close();
    this.#asks.close();
    await this.#room.close();
  }
}

const written = (at: PortAddress | null): string | null =>
  at === null ? null : `${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`;

function sleep(ms: number): Promise<void> {
  // oxlint-disable-next-line promise/avoid-new -- a timer speaks callbacks only
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
