import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEchoUpstream } from '../../support/echo-upstream.ts';
import { BIN, holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';

/** A `holdfast run` with its child, both real processes. */
export interface Started {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Exit code as a shell would see it. */
  readonly ended: Promise<number | null>;
}

export interface RunStand extends AsyncDisposable {
  readonly server: HoldfastProcess;
  /** Home, working and temporary folder of what is run: empty at the start. */
  readonly folder: string;
  set(environment: string, name: string, value: string): Promise<void>;
  start(args: readonly string[], env?: Record<string, string>): Started;
  run(args: readonly string[], env?: Record<string, string>): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** The application `app`, in front of nothing that answers; its secrets are what is tested. */
export async function startRunStand(): Promise<RunStand> {
  const echo = await startEchoUpstream({ isQuiet: true });
  const server = await HoldfastProcess.start({ args: ['--to', echo.url] });
  const folder = mkdtempSync(path.join(tmpdir(), 'hf-run-'));
  const started: ChildProcess[] = [];
  const start = (args: readonly string[], env: Record<string, string> = {}): Started => {
    const base = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      TMPDIR: folder,
      NO_COLOR: '1',
      HOLDFAST_DATA_DIR: server.dataDir,
    };
    const child = spawn(process.execPath, [BIN, 'run', ...args], { cwd: folder, env: { ...base, ...env }, stdio: 'pipe' });
    started.push(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
    return { process: child, stdout: () => stdout, stderr: () => stderr, ended };
  };
  return {
    server,
    folder,
    async set(environment, name, value) {
      const ref = `app/${environment}/${name}`;
      const ran = await holdfast(['secret', 'set', ref, '--stdin', '--data-dir', server.dataDir], { input: value });
      if (ran.code !== 0) throw new Error(`secret set ${ref}: ${ran.stderr}`);
    },
    start,
    async run(args, env = {}) {
      const run = start(args, env);
      run.process.stdin?.end();
      const code = await run.ended;
      return { code, stdout: run.stdout(), stderr: run.stderr() };
    },
    async [Symbol.asyncDispose]() {
      for (const child of started) child.kill('SIGTERM');
      await server[Symbol.asyncDispose]();
      await echo[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
