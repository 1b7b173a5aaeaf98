import { request } from 'node:https';
import { Interrupted, Unreachable } from '../fault.ts';
import type { Answer, Transport } from './client.ts';
import { readAnswer } from './read-answer.ts';
import { lengthOf } from './socket-transport.ts';

const ANSWER_BYTES_MAX = 16_777_216;
const ANSWER_TIMEOUT_MS = 30_000;

export interface HttpsPlace {
  readonly url: URL;
  /** Authorities to trust, as PEM; null = those of the system. */
  readonly ca: string | null;
  readonly signal: AbortSignal;
}

/** The admin listener of a server, wherever it is. Always TLS, and always with its certificate checked. */
export function openHttps({ url, ca, signal }: HttpsPlace): Transport {
  const send: Transport['send'] = (method, path, { body, headers }) =>
    new Promise<Answer>((done, fail) => {
      const stop = (error?: NodeJS.ErrnoException): void =>
        fail(signal.aborted ? new Interrupted() : new Unreachable(why(url, error)));
      const trust = ca === null ? {} : { ca };
      const outgoing = request(
        new URL(path, url),
        {
          method,
          headers: { ...headers, ...lengthOf(body), host: url.host },
          signal,
          timeout: ANSWER_TIMEOUT_MS,
          agent: false,
          ...trust,
        },
        (incoming) => readAnswer(incoming, ANSWER_BYTES_MAX, { done, stop }),
      );
      outgoing.on('timeout', () => outgoing.destroy());
      outgoing.on('error', stop);
      outgoing.end(body ?? undefined);
    });
  return { server: 'running', send, close: () => Promise.resolve() };
}

/** Of the certificate more is said: a wrong one looks like a server that is down, and is something else. */
function why(url: URL, error: NodeJS.ErrnoException | undefined): string {
  const isTrust = /^(?:SELF_SIGNED|UNABLE_TO|CERT_|DEPTH_ZERO|ERR_TLS)/u.test(error?.code ?? '');
  return isTrust
    ? `The certificate of ${url.host} is not trusted: name its authority with HOLDFAST_SERVER_CA.`
    : `No Holdfast answers at ${url.origin}.`;
}
