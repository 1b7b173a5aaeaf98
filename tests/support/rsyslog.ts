import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueAuthority, issueLeaf } from '../../packages/server/src/platform/tls/issue.ts';
import { freePort } from './free-port.ts';

const PROGRAM = '/usr/sbin/rsyslogd';
const TLS_DRIVERS = ['/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so', '/usr/lib/aarch64-linux-gnu/rsyslog/lmnsd_gtls.so'];
const START_MS = 30_000;

/** Null when this host has no rsyslog with TLS as Debian packages it: tests then skip and say so. */
export const rsyslogMissing: string | null =
  existsSync(PROGRAM) && TLS_DRIVERS.some((file) => existsSync(file))
    ? null
    : `SKIPPED LOUDLY: no ${PROGRAM} with TLS (apt-get install rsyslog rsyslog-gnutls)`;

export interface Rsyslog extends AsyncDisposable {
  readonly port: number;
  /** Of the root that signed its certificate. */
  readonly caFile: string;
  /** What it wrote so far: structured data and message, a line each. */
  lines(): readonly string[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });

async function writeCertificates(folder: string): Promise<void> {
  const now = Date.now();
  const times = { notBeforeMs: now - 60_000, notAfterMs: now + 86_400_000 };
  const authority = await issueAuthority({ ...times, commonName: 'Test root', domains: ['localhost'] });
  const leaf = await issueLeaf({ ...times, authority, names: ['localhost', '127.0.0.1'] });
  writeFileSync(join(folder, 'ca.pem'), authority.certPem);
  writeFileSync(join(folder, 'cert.pem'), leaf.certPem);
  writeFileSync(join(folder, 'key.pem'), leaf.keyPem, { mode: 0o600 });
}

/** A receiver of its own on loopback that speaks TLS and nothing else (RFC 5425). */
export async function startRsyslog(): Promise<Rsyslog> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-rsyslog-'));
  const port = await freePort();
  const written = join(folder, 'received.log');
  await writeCertificates(folder);
  const driver = `defaultNetstreamDriverCAFile="${folder}/ca.pem" defaultNetstreamDriverCertFile="${folder}/cert.pem" defaultNetstreamDriverKeyFile="${folder}/key.pem"`;
  const lines = [
    `global(workDirectory="${folder}" maxMessageSize="64k" ${driver})`,
    'module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")',
    `input(type="imtcp" address="127.0.0.1" port="${port}")`,
    'template(name="all" type="string" string="%syslogseverity-text% %app-name% %structured-data% %msg%\\n")',
    `action(type="omfile" file="${written}" template="all")`,
  ];
  writeFileSync(join(folder, 'rsyslog.conf'), `${lines.join('\n')}\n`);
  let child: ChildProcess | null = null;
  let output = '';
  const stop = async (): Promise<void> => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((done) => ending.once('exit', done));
    ending.kill('SIGTERM');
    await ended;
  };
  const start = async (): Promise<void> => {
    const args = ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'rsyslog.pid')];
    const starting = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = starting;
    for (const stream of [starting.stdout, starting.stderr])
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4096)));
    const until = Date.now() + START_MS;
    while (!(await answers(port))) {
      if (starting.exitCode !== null || Date.now() > until) throw new Error(`rsyslog did not start: ${output}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  await start();
  return {
    port,
    caFile: join(folder, 'ca.pem'),
    lines: () => (existsSync(written) ? readFileSync(written, 'utf8').split('\n').filter(Boolean) : []),
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
