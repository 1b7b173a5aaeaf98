import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLAMD = '/usr/sbin/clamd';
const START_MS = 60_000;
const STEP_MS = 100;

/** Debian's clamd is there; a test without it says so. */
export function hasClamd(): boolean {
  const has = existsSync(CLAMD);
  if (!has) process.emitWarning('clamd is not installed (clamav-daemon): tests with a real one are skipped');
  return has;
}

/** A clamd of its own: its own folder, socket and signatures, nothing from outside. */
export class TestClamd implements AsyncDisposable {
  readonly socket: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'hf-clamd-'));
  #child: ChildProcess | null = null;

  /** Signatures by the name of their file: `local.hdb`, `local.ndb`. */
  constructor(signatures: Readonly<Record<string, string>>, { streamBytesMax = 104_857_600 } = {}) {
    this.socket = join(this.#folder, 'clamd.sock');
    mkdirSync(join(this.#folder, 'db'));
    for (const [name, text] of Object.entries(signatures)) this.write(name, text);
    const lines = [
      `LocalSocket ${this.socket}`,
      'Foreground yes',
      `DatabaseDirectory ${join(this.#folder, 'db')}`,
      `TemporaryDirectory ${this.#folder}`,
      `StreamMaxLength ${streamBytesMax}`,
      'OfficialDatabaseOnly no',
      'MaxThreads 4',
      'SelfCheck 600',
    ];
    writeFileSync(join(this.#folder, 'clamd.conf'), `${lines.join('\n')}\n`);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, 'db', name), text);
  }

  async start(): Promise<this> {
    rmSync(this.socket, { force: true });
    const child = spawn(CLAMD, ['--config-file', join(this.#folder, 'clamd.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    this.#child = child;
    for (let waited = 0; waited < START_MS; waited += STEP_MS) {
      if (child.exitCode !== null) throw new Error(`clamd ended: ${said}`);
      if ((await this.ask('PING')) === 'PONG') return this;
      await new Promise((done) => setTimeout(done, STEP_MS));
    }
    throw new Error(`clamd does not answer: ${said}`);
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#child?.kill(name);
  }

  /** Killed, and gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** One command; null = no answer. */
  ask(word: string): Promise<string | null> {
    return new Promise((done) => {
      let text = '';
      const socket = connect(this.socket);
      socket.on('connect', () => socket.write(`z${word}\0`));
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => done(text === '' ? null : text.replaceAll('\0', '')));
      socket.on('error', () => socket.destroy());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal('SIGCONT');
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
