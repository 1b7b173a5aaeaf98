import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { filesBelow } from './files.ts';
import type { TLSSocket } from 'node:tls';
import type { Answer, HoldfastProcess } from './holdfast-process.ts';

export interface SealedAnswer extends Answer {
  /** Common name of the certificate; null over plain HTTP. */
  readonly subject: string | null;
  readonly validMs: number;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

/** One request to any port, whatever certificate it shows: a sealed one has none that anybody could know. */
export function ask(base: string, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<SealedAnswer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const url = new URL(path, base);
  return new Promise((done, fail) => {
    const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(
      url,
      {
        method,
        agent: false,
        rejectUnauthorized: false,
        headers: {
          host: `localhost:${url.port}`,
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (incoming) => {
        const certificate = url.protocol === 'https:' ? (incoming.socket as TLSSocket).getPeerCertificate() : null;
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', fail);
        incoming.on('end', () =>
          done({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
            subject: certificate === null ? null : String(certificate.subject.CN),
            validMs: certificate === null ? 0 : Date.parse(certificate.valid_to) - Date.parse(certificate.valid_from),
          }),
        );
      },
    );
    outgoing.on('upgrade', (incoming, socket) => {
      socket.destroy();
      done({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: '', subject: null, validMs: 0 });
    });
    outgoing.on('error', fail);
    outgoing.end(text);
  });
}

export const unsealing = (holdfast: HoldfastProcess, body: object): Promise<SealedAnswer> =>
  ask(holdfast.admin, '/api/v1/seal', { method: 'POST', body });

/** Of every file that says what is stored and how it is kept; not of what every start writes. */
export function fingerprintOfKeys(dataDir: string): Record<string, string> {
  const folder = join(dataDir, 'keys');
  const names = readdirSync(folder).sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

/** Whether these bytes stand in any file below the folder, as they are or as base64 or hex. */
export function filesHolding(folder: string, secret: Buffer): string[] {
  const forms = [secret, ...(['base64', 'base64url', 'hex'] as const).map((form) => Buffer.from(secret.toString(form)))];
  return [...filesBelow(folder)].filter(({ bytes }) => forms.some((form) => bytes.includes(form))).map(({ path }) => path);
}
