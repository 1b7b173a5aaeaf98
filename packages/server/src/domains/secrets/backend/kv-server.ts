import { Agent, request } from 'undici';
import { Refusal } from '../../../platform/refusal.ts';

const CONNECT_MS = 3000;
const ANSWER_MS = 10_000;
const CONNECTIONS_MAX = 32;
/** The largest secret in its envelope, and a folder of ten thousand names. */
const ANSWER_BYTES_MAX = 4 * 1_048_576;

export interface KvServerSettings {
  readonly url: string;
  readonly mount: string;
  readonly namespace: string | null;
  /** PEM of a private authority; null = those that Node brings. */
  readonly ca: string | null;
  /** Asked before each request: a file may hold another one by now. */
  readonly token: () => string;
}

export interface KvQuestion {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/v1/`. */
  readonly path: string;
  readonly body?: object;
}

export interface KvAnswer {
  readonly status: 200 | 204 | 400 | 404;
  /** Parsed; null = there was none. */
  readonly body: unknown;
}

/** The wire to a Vault or OpenBao. What it does not answer in time and in bounds is refused with `secrets-away`. */
export interface KvServer extends AsyncDisposable {
  readonly mount: string;
  /** Host and port, for messages. */
  readonly host: string;
  ask(question: KvQuestion): Promise<KvAnswer>;
  /** In words; null = the last question was answered. */
  trouble(): string | null;
}

export function openKvServer({ url, mount, namespace, ca, token }: KvServerSettings): KvServer {
  const base = url.replace(/\/+$/u, '');
  const { host } = new URL(url);
  const agent = new Agent({
    connections: CONNECTIONS_MAX,
    connect: { timeout: CONNECT_MS, ...(ca === null ? {} : { ca }) },
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
    maxResponseSize: ANSWER_BYTES_MAX,
  });
  let trouble: string | null = null;
  const away = (what: string): Refusal => {
    trouble = `secrets: the server ${host} ${what}`;
    return new Refusal('secrets-away', { detail: `The server of secrets ${host} ${what}.` });
  };
  const readToken = (): string => {
    try {
      return token();
    } catch {
      throw away('is not asked: the token for it cannot be read');
    }
  };
  const send = async ({ method, path, body }: KvQuestion) => {
    const headers = {
      'x-vault-token': readToken(),
      'x-vault-request': 'true',
      ...(namespace === null ? {} : { 'x-vault-namespace': namespace }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      // An end to waiting, however slowly the answer drips.
      const signal = AbortSignal.timeout(ANSWER_MS);
      const sent = body === undefined ? null : JSON.stringify(body);
      const answer = await request(`${base}/v1/${path}`, { dispatcher: agent, method, headers, body: sent, signal });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch {
      // Its cause can hold what was sent.
      throw away('does not answer');
    }
  };
  return {
    mount,
    host,
    trouble: () => trouble,
    async ask(question) {
      const { status, text } = await send(question);
      // Of one path only, or of the token: whoever looks after the token finds out.
      if (status === 401 || status === 403)
        throw new Refusal('secrets-away', {
          detail: `The server of secrets ${host} does not let the token of Holdfast do this.`,
        });
      if (status !== 200 && status !== 204 && status !== 400 && status !== 404) throw away(`answered ${status}`);
      const body = text === '' ? null : parse(text);
      if (body === undefined) throw away('answered something that is no JSON');
      trouble = null;
      return { status, body };
    },
    [Symbol.asyncDispose]: async () => agent.destroy(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
