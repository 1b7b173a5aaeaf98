import { spawn, spawnSync } from 'node:child_process';

/** Null when the tool is there; else why the test is skipped. */
export const slowHttpTestMissing: string | null =
  spawnSync('slowhttptest', ['-h'], { stdio: 'ignore' }).error === undefined
    ? null
    : 'SKIPPED LOUDLY: slowhttptest is not installed (apt-get install slowhttptest)';

export type SlowKind = 'headers' | 'body' | 'read';

const KIND_ARGUMENTS: Readonly<Record<SlowKind, readonly string[]>> = {
  // One header line each two seconds, for ever (Slowloris).
  headers: ['-H', '-i', '2', '-x', '24', '-t', 'GET'],
  // A body of 8 KiB announced and dripped.
  body: ['-B', '-i', '2', '-s', '8192', '-x', '10', '-t', 'POST'],
  // A window of a few bytes, read seldom.
  read: ['-X', '-w', '1', '-y', '16', '-n', '1', '-z', '16', '-k', '2'],
};
const PATH: Readonly<Record<SlowKind, string>> = { headers: '/', body: '/echo', read: '/big' };

export interface SlowOptions {
  readonly kind: SlowKind;
  readonly origin: string;
  readonly connections: number;
  readonly seconds: number;
}

/** Resolves when the attack is over; it ends by itself. Gives what the tool printed last. */
export function attackSlowly({ kind, origin, connections, seconds }: SlowOptions): Promise<string> {
  const size = ['-c', String(connections), '-r', String(connections), '-l', String(seconds), '-p', '5'];
  const args = [...KIND_ARGUMENTS[kind], ...size, '-u', `${origin.replace('localhost', '127.0.0.1')}${PATH[kind]}`];
  return new Promise((done, fail) => {
    const child = spawn('slowhttptest', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: (seconds + 30) * 1000 });
    let printed = '';
    const keep = (chunk: Buffer): void => void (printed = (printed + chunk.toString()).slice(-4096));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', fail);
    child.on('close', () => done(printed));
  });
}
