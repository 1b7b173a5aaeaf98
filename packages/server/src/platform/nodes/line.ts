import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';

const CHANNEL = 'holdfast_nodes';
/** Before the name of the node, in what PostgreSQL shows of its connections. */
export const LINE_NAME = 'holdfast node ';
/** Our share of the numbers that PostgreSQL's advisory locks have in common; the second number is the name. */
const NAME_CLASS = 47_112_008;
/** A line that was cut without a word (a router, a frozen server) is noticed after one beat and this wait. */
const BEAT_MS = 2000;
const ANSWER_MS = 3000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MS_MAX = 2000;
/** A node that was just stopped, or killed, gives its name back when the server has seen its connection end. */
const NAME_WAIT_MS = 5000;
const NAME_RETRY_MS = 250;

export interface LineParts {
  readonly url: string;
  readonly node: string;
  readonly log: Log;
  readonly onNote: (payload: string) => void;
  readonly onReturn: () => void;
}

/** One connection that only listens. It also holds the name of this node, which nobody else has as long as it stands. */
export interface Line {
  readonly channel: string;
  trouble(): string | null;
  close(): Promise<void>;
}

/** Refuses a name that another node of this database has, before that node and this one are confused with each other. */
export async function createLine(parts: LineParts): Promise<Line> {
  const line = new ListeningLine(parts);
  await line.open();
  return line;
}

class ListeningLine implements Line {
  readonly channel = CHANNEL;
  readonly #parts: LineParts;
  readonly #closing = new AbortController();
  #client: Client | null = null;
  #hasName = false;
  #keeping: Promise<void> = Promise.resolve();

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    try {
      await this.#connect();
      for (let waitedMs = 0; !this.#hasName && waitedMs < NAME_WAIT_MS; waitedMs += NAME_RETRY_MS) {
        await wait(NAME_RETRY_MS);
        await this.#takeName();
      }
    } catch (error) {
      this.#drop();
      throw new Refusal('database-unavailable', { detail: 'PostgreSQL does not let this node listen.', cause: error });
    }
    if (!this.#hasName) {
      this.#drop();
      throw new Refusal('node-name-taken', {
        detail: `Another node named ${this.#parts.node} runs on this database. Nothing was changed.`,
      });
    }
    this.#keeping = this.#keep();
  }

  trouble(): string | null {
    if (this.#client === null) return 'the line to the other nodes is cut: what they change arrives some seconds later';
    return this.#hasName ? null : `another node named ${this.#parts.node} runs on this database`;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#keeping;
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  /** Beats while the line stands, and builds it anew when it does not. */
  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    let backoffMs = BACKOFF_FIRST_MS;
    while (!signal.aborted) {
      await wait(this.#client === null ? backoffMs : BEAT_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        if (this.#client === null) await this.#return();
        // Also the beat: a question that is not answered in time is a line that is cut.
        if (this.#hasName) await this.#client?.query('select 1');
        else await this.#takeName();
        backoffMs = BACKOFF_FIRST_MS;
      } catch {
        this.#drop();
        backoffMs = Math.min(BACKOFF_MS_MAX, backoffMs * 2);
      }
    }
  }

  async #return(): Promise<void> {
    await this.#connect();
    this.#parts.log.info({}, 'the line to the other nodes is back');
    this.#parts.onReturn();
  }

  async #connect(): Promise<void> {
    const { url, node, onNote } = this.#parts;
    const client = new Client({
      connectionString: url,
      application_name: `${LINE_NAME}${node}`,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    });
    client.on('notification', ({ payload }) => onNote(payload ?? ''));
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    try {
      await client.connect();
      // The name is free within seconds after this host lost its power, not after the two hours of the usual keep-alive.
      await client.query('set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3');
      await client.query(`listen ${CHANNEL}`);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
    await this.#takeName();
  }

  async #takeName(): Promise<void> {
    const { rows = [] } =
      (await this.#client?.query<{ taken: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as taken', [
        NAME_CLASS,
        this.#parts.node,
      ])) ?? {};
    this.#hasName = rows[0]?.taken === true;
  }

  #lost(client: Client): void {
    if (this.#client !== client || this.#closing.signal.aborted) return;
    this.#parts.log.warn({}, 'the line to the other nodes broke');
    this.#drop();
  }

  #drop(): void {
    const client = this.#client;
    this.#client = null;
    this.#hasName = false;
    client?.end().catch(() => undefined);
  }
}
