import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const REQUEST_TIMEOUT_MS = 10_000;
const FAILURES_KEPT_MAX = 20;

export interface SteadyOptions {
  readonly origin: string;
  readonly ca: string;
  readonly clients?: number;
  /** Pause of each client between two requests. */
  readonly pauseMs?: number;
  readonly path?: string;
  readonly expectedStatus?: number;
  /** A loopback address of its own, so that a limit that counts per address sees another client. */
  readonly localAddress?: string;
}

export interface SteadyReport {
  readonly good: number;
  /** Requests on a kept connection that closed before any byte of the answer: repeated on a fresh one (RFC 9110 §9.2.2). */
  readonly repeated: number;
  readonly failures: readonly string[];
  readonly failed: number;
  /** Connections refused: nobody listened any more. */
  readonly refused: number;
}

export interface SteadyClients {
  readonly report: SteadyReport;
  stop(): Promise<SteadyReport>;
}

type Outcome =
  | { readonly kind: 'good' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly why: string };

/** Ordinary visitors: each keeps one connection, asks again and again, and repeats a GET only as HTTP allows it. */
export function startSteadyClients(options: SteadyOptions): SteadyClients {
  const { clients = 4, pauseMs = 10 } = options;
  const counts = { good: 0, repeated: 0, refused: 0, failed: 0 };
  const failures: string[] = [];
  const ending = new AbortController();
  const visit = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: options.ca, servername: 'localhost' });
    while (!ending.signal.aborted) {
      const outcome = await ask(agent, options);
      if (outcome.kind === 'good') counts.good += 1;
      else if (outcome.kind === 'repeat') counts.repeated += 1;
      else if (outcome.kind === 'refused') {
        counts.refused += 1;
        await sleep(50);
      } else {
        counts.failed += 1;
        if (failures.length < FAILURES_KEPT_MAX) failures.push(outcome.why);
      }
      if (outcome.kind !== 'repeat') await sleep(pauseMs);
    }
    agent.destroy();
  };
  const running = Array.from({ length: clients }, visit);
  const report = (): SteadyReport => ({ ...counts, failures });
  return {
    get report() {
      return report();
    },
    stop: async () => {
      ending.abort();
      await Promise.all(running);
      return report();
    },
  };
}

function ask(agent: Agent, { origin, path = '/', expectedStatus = 200, localAddress }: SteadyOptions): Promise<Outcome> {
  const { hostname, port } = new URL(origin);
  return new Promise((settle) => {
    let isSecured = false;
    const outgoing = request({
      host: hostname,
      port,
      path,
      agent,
      headers: { host: `localhost:${port}` },
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    // A kept connection is secured already.
    outgoing.on('socket', (socket) => {
      isSecured = outgoing.reusedSocket;
      if (!isSecured) socket.once('secureConnect', () => (isSecured = true));
    });
    outgoing.setTimeout(REQUEST_TIMEOUT_MS, () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      // A connection that was accepted by the kernel only, in the moment the listener closed, was never served.
      if (error.code === 'ECONNREFUSED' || (isClosed && !isSecured)) settle({ kind: 'refused' });
      else if (outgoing.reusedSocket && isClosed) settle({ kind: 'repeat' });
      else settle({ kind: 'failed', why: `${error.code ?? error.message} (${outgoing.reusedSocket ? 'kept' : 'fresh'})` });
    });
    outgoing.on('response', (incoming) => {
      incoming.on('error', (error) => settle({ kind: 'failed', why: `broken answer: ${error.message}` }));
      incoming.on('end', () => {
        const { statusCode } = incoming;
        settle(statusCode === expectedStatus ? { kind: 'good' } : { kind: 'failed', why: `status ${statusCode}` });
      });
      incoming.resume();
    });
    outgoing.end();
  });
}
