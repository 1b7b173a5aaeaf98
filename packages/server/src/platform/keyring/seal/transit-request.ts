import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const TIMEOUT_MS = 5000;
const ANSWER_BYTES_MAX = 65_536;

interface Posted {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Instead of the authorities that Node brings. */
  readonly ca: Buffer | undefined;
}

/** One bounded question: no redirects, no connection kept, and an end to waiting however slowly the answer drips. */
export function postJson(url: URL, { headers, body, ca }: Posted): Promise<{ status: number; text: string }> {
  const bytes = Buffer.from(JSON.stringify(body));
  const options = {
    method: 'POST',
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { ...headers, 'content-type': 'application/json', 'content-length': bytes.length, 'x-vault-request': 'true' },
    ...(ca === undefined ? {} : { ca }),
  } as const;
  // oxlint-disable-next-line promise/avoid-new -- a request speaks events only
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > ANSWER_BYTES_MAX) outgoing.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
    outgoing.on('close', () => bytes.fill(0));
  });
}
