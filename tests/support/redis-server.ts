import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

const PROGRAM = '/usr/bin/redis-server';
const START_MS = 30_000;

/** Null when this host has no Redis as Debian packages it: tests then skip and say so. */
export const redisMissing: string | null = existsSync(PROGRAM)
  ? null
  : `SKIPPED LOUDLY: no ${PROGRAM} (apt-get install redis-server)`;

export interface RedisServer extends AsyncDisposable {
  /** As the administering user. */
  readonly adminUrl: string;
  readonly host: string;
}

/** A server of its own on loopback, with a file of users: `admin` may all, `shop` logs in with `shop-first`. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-redis-'));
  const port = await freePort();
  const users = join(folder, 'users.acl');
  writeFileSync(
    users,
    'user default off\nuser admin on >admin-of-a-test ~* &* +@all\nuser shop on >shop-first ~shop:* +get +set\n',
  );
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--aclfile', users, '--dir', folder, '--save', ''];
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  await new Promise<void>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`Redis did not start: ${output}`)), START_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('Ready to accept connections')) return;
      clearTimeout(timer);
      done();
    });
    child.once('exit', (code) => fail(new Error(`Redis ended with ${code}: ${output}`)));
  });
  return {
    adminUrl: `redis://admin:admin-of-a-test@127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
