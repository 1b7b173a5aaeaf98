import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminBrowser } from '../../support/admin-browser.ts';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess, ROOT } from '../../support/holdfast-process.ts';
import { parseAnswers, type RawAnswer } from '../../support/raw-client.ts';
import { makeCertificate } from '../../support/test-gateway.ts';

export const PASSWORD = 'vier blaue Fahrräder im Regen';
const READY_MS = 30_000;

/** A proxy as Debian ships it. In CI it has to be there. */
export function isInstalled(program: string): boolean {
  const isThere = existsSync(program);
  if (!isThere && process.env['CI'] === 'true') throw new Error(`${program} is missing, and CI has to have it`);
  if (!isThere) process.emitWarning(`${program} not found: forward authentication with it is NOT tested in this run`);
  return isThere;
}

/** The text that the guide shows for this proxy, which is the one that is tested. */
export function shownInGuide(language: 'nginx' | 'caddyfile'): string {
  const guide = readFileSync(join(ROOT, 'docs/guides/keep-your-proxy.md'), 'utf8');
  const found = guide.split(`\`\`\`${language}\n`)[1]?.split('```')[0];
  if (found === undefined) throw new Error(`the guide shows no ${language}`);
  return found;
}

/** What the guide's text has to be told of this place. */
export interface Place {
  readonly folder: string;
  readonly port: number;
  readonly holdfast: string;
  readonly application: string;
  readonly certificate: string;
  readonly key: string;
}

export interface ProxyProgram {
  /** Writes its configuration and says how to start it in the foreground. */
  prepare(place: Place): { readonly command: string; readonly args: readonly string[]; readonly env?: Record<string, string> };
}

export interface ProxyStand extends AsyncDisposable {
  readonly echo: EchoUpstream;
  readonly holdfast: HoldfastProcess;
  readonly port: number;
  /** A browser in front of the proxy. */
  browser(): AdminBrowser;
  /** Signed in through the proxy. */
  signIn(name: string): Promise<AdminBrowser>;
  /** Bytes to the proxy, over TLS, as a client that respects nothing would send them. */
  send(bytes: string): Promise<RawAnswer | undefined>;
}

const CONFIG = (port: number, echo: string): string => `
applications:
  - id: shop
    name: Shop
    hosts: [localhost]
    mode: enforce
    upstream: ${echo}
    login:
      mode: required
      mfa: false
      forwardAuth:
        proxies: [127.0.0.1]
  - id: open
    name: Open
    hosts: [open.localhost]
    upstream: ${echo}
    login:
      mode: optional
      mfa: false
      forwardAuth:
        proxies: [127.0.0.1]
  # Port of the proxy in front: ${port}
`;

export async function startProxyStand(program: ProxyProgram): Promise<ProxyStand> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-proxy-'));
  const echo = await startEchoUpstream();
  const port = await freePort();
  writeFileSync(join(folder, 'holdfast.yaml'), CONFIG(port, echo.url));
  const holdfast = await HoldfastProcess.start({
    args: ['--config', join(folder, 'holdfast.yaml'), '--listen', 'http://127.0.0.1:0'],
    env: { HOLDFAST_LISTEN__HTTPS: 'off', HOLDFAST_LISTEN__HTTP: 'off' },
  });
  const { certPem, keyPem } = makeCertificate();
  const certificate = join(folder, 'proxy.crt');
  const key = join(folder, 'proxy.key');
  writeFileSync(certificate, certPem);
  writeFileSync(key, keyPem, { mode: 0o600 });
  const hostOf = (url: string): string => new URL(url).host;
  const place = { folder, port, holdfast: hostOf(holdfast.plain), application: hostOf(echo.url), certificate, key };
  const { command, args, env = {} } = program.prepare(place);
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  await isServing(child, port);
  const browser = (): AdminBrowser => new AdminBrowser(`https://localhost:${port}`, certPem);
  return {
    echo,
    holdfast,
    port,
    browser,
    async signIn(name) {
      const { code, data, stderr } = await holdfast.cli<{ link: string }>('user', 'invite', name, '--app', 'shop');
      if (code !== 0) throw new Error(stderr);
      const { pathname, hash } = new URL(data.link);
      const visitor = browser();
      await visitor.go(pathname);
      await visitor.submit(pathname, { token: hash.slice(1) });
      await visitor.submit(pathname, { password: PASSWORD, again: PASSWORD });
      return visitor;
    },
    send: (bytes) => sendTls(port, bytes),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await new Promise((done) => (child.exitCode === null && child.signalCode === null ? child.once('exit', done) : done(null)));
      await holdfast[Symbol.asyncDispose]();
      await echo[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The proxy cannot be asked which port it chose. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      // A TCP server that listens has an address object.
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

async function isServing(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  child.stdout?.resume();
  const until = performance.now() + READY_MS;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`the proxy ended: ${said}`);
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    if ((await sendTls(port, 'GET /.holdfast/none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')) !== undefined)
      return;
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`the proxy does not answer: ${said}`);
}

const ANSWER_MS = 20_000;

function sendTls(port: number, bytes: string): Promise<RawAnswer | undefined> {
  return new Promise((done) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false });
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      done(parseAnswers(text)[0]);
    };
    const timer = setTimeout(finish, ANSWER_MS);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (parseAnswers(text).length > 0) finish();
    });
    socket.on('error', finish).on('close', finish);
    socket.on('secureConnect', () => socket.write(Buffer.from(bytes, 'latin1')));
  });
}
