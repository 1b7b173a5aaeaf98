import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');
export const BIN = join(ROOT, 'packages/server/bin/holdfast.js');
const READY_TIMEOUT_MS = 100_000;

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one `holdfast` command to its end. */
export function holdfast(
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string; cwd?: string } = {},
): Promise<Finished> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, NO_COLOR: '1', ...options.env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
    child.stdin.end(options.input ?? '');
  });
}

interface StartOptions {
  readonly args?: readonly string[];
  readonly dataDir?: string;
  readonly env?: Record<string, string>;
}

/** A running Holdfast in a data directory of its own, on ports the system chose. */
export class HoldfastProcess {
  readonly dataDir: string;
  readonly child: ChildProcess;
  https = '';
  http = '';
  plain = '';
  admin = '';
  /** Of the listener for Vault clients, where one was asked for. */
  vault = '';
  stderr = '';
  #keepData: boolean;
  #stdout = '';

  private constructor(child: ChildProcess, dataDir: string, keepData: boolean) {
    this.child = child;
    this.dataDir = dataDir;
    this.#keepData = keepData;
  }

  /** Starts `holdfast up --json …` and waits for its ready document. */
  static async start(options: StartOptions = {}): Promise<HoldfastProcess> {
    const running = HoldfastProcess.#spawn(options);
    await running.served();
    return running;
  }

  /** Starts one whose root key does not come by itself, and waits until it says so; its ports answer already. */
  static async startSealed(options: StartOptions = {}): Promise<HoldfastProcess> {
    const running = HoldfastProcess.#spawn(options);
    await running.#document('sealedAddresses');
    return running;
  }

  static #spawn(options: StartOptions): HoldfastProcess {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    const args = ['up', '--json', '--no-input', '--data-dir', dataDir, '--admin', '127.0.0.1:0'];
    if (options.args?.includes('--listen') !== true) args.push('--listen', '127.0.0.1:0');
    const env = { ...process.env, NO_COLOR: '1', HOLDFAST_LISTEN__HTTP: '127.0.0.1:0', ...options.env };
    const child = spawn(process.execPath, [BIN, ...args, ...(options.args ?? [])], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const running = new HoldfastProcess(child, dataDir, options.dataDir !== undefined);
    child.stderr.on('data', (chunk: Buffer) => (running.stderr = (running.stderr + chunk.toString()).slice(-65_536)));
    child.stdout.on('data', (chunk: Buffer) => (running.#stdout += chunk.toString()));
    return running;
  }

  /** Waits for the ready document, also of one that was sealed. */
  served(): Promise<void> {
    return this.#document('addresses');
  }

  #document(name: 'addresses' | 'sealedAddresses'): Promise<void> {
    return new Promise((done, fail) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.child.off('exit', onExit).off('error', fail).stdout?.off('data', look);
      };
      const look = (): void => {
        const line = this.#stdout.split('\n').find((text) => text.endsWith('}') && text.includes(`"${name}"`));
        if (line === undefined) return;
        stop();
        // The ready document of `up --json` (docs/reference/cli.md).
        const { data } = JSON.parse(line) as {
          data: Record<string, Record<'https' | 'http' | 'plain' | 'admin' | 'vault', string | null>>;
        };
        this.https = data[name]?.https ?? '';
        this.http = data[name]?.http ?? '';
        this.plain = data[name]?.plain ?? '';
        this.admin = data[name]?.admin ?? '';
        this.vault = data[name]?.vault ?? '';
        done();
      };
      const onExit = (code: number | null): void => fail(new Error(`exited with ${code}: ${this.stderr}`));
      const timer = setTimeout(() => fail(new Error(`not ready in ${READY_TIMEOUT_MS} ms: ${this.stderr}`)), READY_TIMEOUT_MS);
      this.child.once('exit', onExit);
      this.child.once('error', fail);
      this.child.stdout?.on('data', look);
      look();
    });
  }

  /** One HTTPS request over HTTP/1.1 to the gateway, trusting its local CA. `path` may be a whole origin-form target. */
  fetch(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
  ): Promise<Answer> {
    const base = new URL(this.https);
    return new Promise((done, fail) => {
      const outgoing = request(
        {
          host: base.hostname,
          port: base.port,
          path,
          method: options.method ?? 'GET',
          headers: { host: `localhost:${base.port}`, ...options.headers },
          ca: this.ca(),
          servername: 'localhost',
          agent: false,
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () =>
            done({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
          );
          incoming.on('error', fail);
        },
      );
      outgoing.on('error', fail);
      outgoing.end(options.body);
    });
  }

  ca(): string {
    return readFileSync(join(this.dataDir, 'tls/ca.crt'), 'utf8');
  }

  /** Runs a command against this instance and parses its JSON document; the caller knows the shape of its data. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where a test states that shape
  async cli<Data>(...args: string[]): Promise<{ code: number | null; data: Data; stderr: string; stdout: string }> {
    const { code, stdout, stderr } = await holdfast([...args, '--json', '--data-dir', this.dataDir]);
    const document = stdout.trim() === '' ? {} : (JSON.parse(stdout) as { data?: unknown; error?: unknown });
    return { code, data: (document.data ?? document.error) as Data, stderr, stdout };
  }

  kill(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve(this.child.exitCode);
    return new Promise((done) => {
      this.child.once('exit', (code) => done(code));
      this.child.kill(signal);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGTERM');
    if (!this.#keepData) rmSync(this.dataDir, { recursive: true, force: true });
  }
}
