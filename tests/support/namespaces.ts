import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ip = async (line: string): Promise<void> => void (await run('ip', line.split(' ')));

/** A host of its own: another network stack with another address, from which nothing but this machine is reached. */
export interface OtherHost {
  readonly address: string;
  /** A program that runs there; what it wrote. */
  run(program: string, args: readonly string[], input?: string): Promise<string>;
}

export interface OtherHosts extends AsyncDisposable {
  /** An address of this machine that all of them reach. */
  readonly here: string;
  readonly hosts: readonly OtherHost[];
}

/** Null = network namespaces can be made here; tests skip otherwise and say so. */
export const namespacesMissing: string | null = findMissing();

function findMissing(): string | null {
  const name = `hf-${randomBytes(4).toString('hex')}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'exec', name, 'true'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'SKIPPED LOUDLY: no network namespaces here (they need root, and `ip` of iproute2)';
  } finally {
    try {
      execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
    } catch {
      // It was never made.
    }
  }
}

/** Each in a network of its own out of what is set aside for tests between networks (RFC 2544, 198.18.0.0/15). */
export async function makeOtherHosts(count: number): Promise<OtherHosts> {
  const stack = new AsyncDisposableStack();
  const tag = randomBytes(3).toString('hex');
  const [second, first] = [18 + randomInt(2), randomInt(256 - count)];
  const networkOf = (at: number): string => `198.${second}.${first + at}`;
  const here = `${networkOf(0)}.1`;
  try {
    const hosts: OtherHost[] = [];
    for (let at = 0; at < count; at += 1) {
      const [name, near, network] = [`hf-${tag}-${at}`, `hf${tag}${at}`, networkOf(at)];
      await ip(`netns add ${name}`);
      stack.defer(() => ip(`netns del ${name}`));
      // Both ends of the line go with the namespace.
      await ip(`link add ${near} type veth peer name line netns ${name}`);
      await ip(`address add ${network}.1/24 dev ${near}`);
      await ip(`link set ${near} up`);
      await ip(`-n ${name} address add ${network}.2/24 dev line`);
      await ip(`-n ${name} link set line up`);
      if (at > 0) await ip(`-n ${name} route add ${here}/32 via ${network}.1`);
      hosts.push({
        address: `${network}.2`,
        run: (program, args, input = '') => runThere(name, [program, ...args], input),
      });
    }
    return { here, hosts, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function runThere(name: string, command: readonly string[], input: string): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn('ip', ['netns', 'exec', name, ...command]);
    let [written, told] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    child.on('error', failed);
    child.on('close', (code) => (code === 0 ? done(written) : failed(new Error(`${command[0]} ended with ${code}: ${told}`))));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
