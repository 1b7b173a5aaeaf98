import type { ReleaseCheck } from '@holdfast/contract';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';

const TIMEOUT_MS = 3000;

/** One GET of its root: whatever is no failure of a server is a sign of life. */
export async function checkHealth(upstream: string): Promise<ReleaseCheck> {
  const name = 'health';
  try {
    const status = await statusOf(new URL(upstream));
    if (status >= 200 && status < 500) return { name, state: 'passed', detail: `the application answers ${status}` };
    return { name, state: 'failed', detail: `the application answers ${status}` };
  } catch {
    return { name, state: 'failed', detail: 'the application does not answer' };
  }
}

function statusOf(url: URL): Promise<number> {
  // Whom the certificate is for is the gateway's business; here only whether something answers there.
  const options = { method: 'GET', agent: false, headers: { accept: '*/*', 'user-agent': 'holdfast-release-check' } } as const;
  // oxlint-disable-next-line promise/avoid-new -- the socket speaks events only
  return new Promise((done, fail) => {
    const outgoing =
      url.protocol === 'https:' ? requestTls(url, { ...options, rejectUnauthorized: false }) : requestPlain(url, options);
    const timer = setTimeout(() => outgoing.destroy(new RangeError('no answer in time')), TIMEOUT_MS);
    outgoing.once('response', (incoming) => {
      done(incoming.statusCode ?? 0);
      incoming.destroy();
    });
    outgoing.once('error', fail);
    outgoing.once('close', () => clearTimeout(timer));
    outgoing.end();
  });
}
