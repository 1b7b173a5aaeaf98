import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface LoginApplication extends AsyncDisposable {
  readonly url: string;
  /** Passwords that were really tried here, in their order. */
  readonly tried: { readonly name: string; readonly password: string }[];
}

const PASSWORDS: ReadonlyMap<string, string> = new Map([
  ['ada', 'right horse'],
  ['grace', 'right ship'],
]);

/**
 * An application with login forms of its own, which takes any number of wrong passwords: `/login` answers 401 or leads on,
 * `/form-login` answers 422 (tools take 401 for another kind of sign-in), `/json-login` takes a document, `/text-login` always answers 200 and says in words, compressed, what it thinks.
 */
export async function startLoginApplication(passwords: ReadonlyMap<string, string> = PASSWORDS): Promise<LoginApplication> {
  const tried: { name: string; password: string }[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => answer({ incoming, outgoing, text: Buffer.concat(chunks).toString(), tried, passwords }));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    tried,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((done) => {
        server.close(() => done());
      });
    },
  };
}

interface Arrived {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly text: string;
  readonly tried: { name: string; password: string }[];
  readonly passwords: ReadonlyMap<string, string>;
}

function answer({ incoming, outgoing, text, tried, passwords }: Arrived): void {
  const path = (incoming.url ?? '/').split('?', 1)[0];
  if (incoming.method !== 'POST') {
    outgoing.end('a page');
    return;
  }
  const form = new Map(path === '/json-login' ? Object.entries(JSON.parse(text) as object) : new URLSearchParams(text));
  const name = String(form.get('name') ?? '');
  const password = String(form.get('password') ?? '');
  tried.push({ name, password });
  const isRight = passwords.get(name.toLowerCase()) === password;
  if (path === '/text-login') {
    const page = `<p>Hello ${name}</p>${isRight ? '<p>You are signed in</p>' : '<p>Wrong name or password</p>'}`;
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' });
    outgoing.end(gzipSync(page));
  } else if (isRight) outgoing.writeHead(303, { location: '/home', 'set-cookie': 'sid=1; Path=/' }).end();
  else outgoing.writeHead(path === '/form-login' ? 422 : 401, { 'content-type': 'text/plain' }).end('wrong');
}
