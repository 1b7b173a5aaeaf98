import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const PROGRAMS = '/usr/lib/postgresql/15/bin';
const START_SECONDS = '30';
const OUTPUT_BYTES_MAX = 256 * 1_048_576;
const run = promisify(execFile);

/** Null when this host has no PostgreSQL 15 as Debian packages it: tests then skip and say so. */
export const postgresMissing: string | null = existsSync(join(PROGRAMS, 'initdb'))
  ? null
  : `SKIPPED LOUDLY: no PostgreSQL 15 in ${PROGRAMS} (apt-get install postgresql-15)`;

export interface PostgresCluster extends AsyncDisposable {
  /** Belongs to whoever runs the server. */
  readonly folder: string;
  /** A program of PostgreSQL, as whoever runs the server; its output. */
  readonly call: (program: string, args: readonly string[]) => Promise<string>;
  /** Over TCP on loopback. */
  readonly url: string;
  /** Over its Unix socket. */
  readonly socketUrl: string;
  /** As `pg_ctl stop -m immediate`: no checkpoint, connections cut, like a crash. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** One statement, unaligned text without headers. */
  query(sql: string): Promise<string>;
  /** What the server wrote to its log until now. */
  log(): string;
  /** The whole database as `pg_dump` writes it. */
  dump(): Promise<string>;
  /** To the postmaster and every backend: SIGSTOP makes a server that accepts and never answers. */
  signal(signal: NodeJS.Signals): Promise<void>;
}

/** The superuser of a cluster that asks for passwords. */
export const POSTGRES_PASSWORD = 'postgres-of-a-test';

export interface ClusterOptions {
  /** Over TCP it asks for passwords (SCRAM); without this it trusts everybody. */
  readonly asksPasswords?: boolean;
  /** Settings of the server by their names, without spaces or quotes; `FOLDER` is that of the cluster. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A cluster of its own in a temporary folder: trust authentication unless said, loopback only, durable writes on. */
export async function createPostgresCluster({
  asksPasswords = false,
  settings = {},
}: ClusterOptions = {}): Promise<PostgresCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-pg-'));
  // The server refuses to run as root.
  const owner = process.getuid?.() === 0 ? await ownerOf('postgres') : {};
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  const call = async (program: string, args: readonly string[]): Promise<string> => {
    const { stdout } = await run(join(PROGRAMS, program), [...args], { ...owner, cwd: folder, maxBuffer: OUTPUT_BYTES_MAX });
    return stdout;
  };
  const set = Object.entries(settings)
    .map(([name, value]) => `-c ${name}='${value.replaceAll('FOLDER', folder)}'`)
    .join(' ');
  const start = async (): Promise<void> => {
    const options = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${folder} -c max_connections=40 ${set}`;
    const log = join(folder, 'server.log');
    await call('pg_ctl', ['-D', data, '-l', log, '-w', '-t', START_SECONDS, '-o', options, 'start']);
  };
  const query = async (sql: string): Promise<string> =>
    (await call('psql', ['-h', folder, '-p', String(port), '-U', 'postgres', '-d', 'holdfast', '-AtX', '-c', sql])).trim();
  const authentication = asksPasswords ? ['--auth-local=trust', '--auth-host=scram-sha-256'] : ['-A', 'trust'];
  await call('initdb', ['-D', data, ...authentication, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-N']);
  await start();
  await call('createdb', ['-h', folder, '-p', String(port), '-U', 'postgres', 'holdfast']);
  if (asksPasswords) await query(`alter role postgres password '${POSTGRES_PASSWORD}'`);
  return {
    folder,
    call,
    url: `postgres://postgres${asksPasswords ? `:${POSTGRES_PASSWORD}` : ''}@127.0.0.1:${port}/holdfast`,
    socketUrl: `postgres://postgres@localhost:${port}/holdfast?host=${encodeURIComponent(folder)}`,
    crash: async () => void (await call('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop'])),
    start,
    query,
    log: () => readFileSync(join(folder, 'server.log'), 'utf8'),
    dump: () => call('pg_dump', ['-h', folder, '-p', String(port), '-U', 'postgres', '-d', 'holdfast']),
    async signal(signal) {
      const postmaster = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0] ?? '';
      const { stdout } = await run('ps', ['-o', 'pid=', '--pid', postmaster, '--ppid', postmaster]);
      for (const pid of stdout.trim().split(/\s+/u)) process.kill(Number(pid), signal);
    },
    async [Symbol.asyncDispose]() {
      await call('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']).catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One statement as somebody else, with a program that is not ours: null = it was done, else why not. */
export async function psqlAs(url: string, sql: string): Promise<string | null> {
  try {
    await run(join(PROGRAMS, 'psql'), [url, '-AtX', '-c', sql], { timeout: 30_000 });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'it did not run';
  }
}

async function ownerOf(name: string): Promise<{ uid?: number; gid?: number }> {
  const read = async (flag: string): Promise<number> => Number((await run('id', [flag, name])).stdout.trim());
  return { uid: await read('-u'), gid: await read('-g') };
}
