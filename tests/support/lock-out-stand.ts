import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { AdminBrowser } from './admin-browser.ts';
import { holdfast, HoldfastProcess, type Answer } from './holdfast-process.ts';
import { startTestApplication, type TestApplication } from './test-application.ts';

/** Nobody needs more to come back in. */
const COMMANDS_MAX = 2;
const SENTINEL = { ban: '192.0.2.200', person: 'sentinel' };

/** What must be there after a recovery as before it. */
interface Kept {
  readonly verified: number | null;
  readonly bans: readonly string[];
  readonly people: readonly string[];
  readonly applications: readonly string[];
}

interface Opening {
  readonly env?: Record<string, string>;
  /** The folder, or the disk, that the data directory lies on. */
  readonly parent?: string;
}

/** An installation with some state that a recovery must not cost, and the commands of its operator. */
export class LockOutStand implements AsyncDisposable {
  readonly dataDir: string;
  readonly application: TestApplication;
  readonly #folder: string;
  readonly #args: readonly string[];
  #server: HoldfastProcess | null = null;

  private constructor(application: TestApplication, args: readonly string[], parent: string) {
    this.#folder = mkdtempSync(join(parent, 'hf-locked-'));
    this.dataDir = join(this.#folder, 'data');
    this.application = application;
    this.#args = ['--to', application.url, ...args];
  }

  static async open(args: readonly string[] = [], { env = {}, parent = tmpdir() }: Opening = {}): Promise<LockOutStand> {
    const stand = new LockOutStand(await startTestApplication(), args, parent);
    await stand.up(env);
    expect((await stand.server.cli('ban', 'add', SENTINEL.ban, '--forever')).code).toBe(0);
    expect((await stand.server.cli('user', 'invite', SENTINEL.person)).code).toBe(0);
    return stand;
  }

  get server(): HoldfastProcess {
    if (this.#server === null) throw new Error('assertion: the server of this test runs');
    return this.#server;
  }

  /** `holdfast up`, as the operator types it. */
  async up(env: Record<string, string> = {}): Promise<void> {
    const all = { HOLDFAST_AUDIT__BALLAST_BYTES: '0', HOLDFAST_TRUSTED_HOPS: '1', ...env };
    this.#server = await HoldfastProcess.start({ dataDir: this.dataDir, args: this.#args, env: all });
  }

  async down(): Promise<void> {
    await this.#server?.kill('SIGTERM');
    this.#server = null;
  }

  /** A start that is expected to be refused. */
  refusedUp(env: Record<string, string> = {}): ReturnType<typeof holdfast> {
    const listen = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'];
    return holdfast(['up', '--data-dir', this.dataDir, ...this.#args, ...listen], {
      env: { HOLDFAST_LISTEN__HTTP: '127.0.0.1:0', HOLDFAST_AUDIT__BALLAST_BYTES: '0', ...env },
    });
  }

  /** At most two commands, each of which says that it worked; gives what the last one answered. */
  async recover(commands: readonly (readonly string[])[], env: Record<string, string> = {}): Promise<Record<string, unknown>> {
    expect(commands.length).toBeLessThanOrEqual(COMMANDS_MAX);
    let last: unknown = {};
    for (const words of commands) {
      const { code, stdout, stderr } = await holdfast([...words, '--json', '--data-dir', this.dataDir], { env });
      expect(code, `${words.join(' ')}: ${stderr}${stdout}`).toBe(0);
      // Every command answers one document with `data`.
      last = (JSON.parse(stdout) as { data: unknown }).data;
    }
    return last as Record<string, unknown>;
  }

  /** The request of a visitor from this address, as the proxy in front tells it. */
  visit(address: string, path = '/', options: Parameters<HoldfastProcess['fetch']>[1] = {}): Promise<Answer> {
    return this.server.fetch(path, { ...options, headers: { ...options.headers, 'x-forwarded-for': address } });
  }

  browser(pages?: string): AdminBrowser {
    const { server } = this;
    return new AdminBrowser(pages === undefined ? server.admin : server.https, server.ca(), pages);
  }

  async kept(): Promise<Kept> {
    const { server } = this;
    const { data: bans } = await server.cli<{ bans: { prefix: string }[] }>('ban', 'list');
    const { data: people } = await server.cli<{ people: { name: string }[] }>('user', 'list');
    const { data: status } = await server.cli<{ applications: { id: string }[] }>('status');
    return {
      verified: (await server.cli('audit', 'verify')).code,
      bans: bans.bans.map(({ prefix }) => prefix).filter((prefix) => prefix === SENTINEL.ban),
      people: people.people.map(({ name }) => name).filter((name) => name === SENTINEL.person),
      applications: status.applications.map(({ id }) => id),
    };
  }

  async expectNothingLost(): Promise<void> {
    const whole = { verified: 0, bans: [SENTINEL.ban], people: [SENTINEL.person], applications: ['app'] };
    expect(await this.kept()).toEqual(whole);
  }

  /** The time that this process and its children are told, instead of the machine's. */
  clockOf(skewMs: number): Record<string, string> {
    const file = join(this.#folder, 'skew.mjs');
    writeFileSync(
      file,
      `const skew = Number(process.env.TEST_SKEW_MS); const Real = Date; const now = () => Real.now() + skew;
globalThis.Date = class extends Real { constructor(...given) { super(...(given.length === 0 ? [now()] : given)); } static now() { return now(); } };\n`,
    );
    return { NODE_OPTIONS: `--import ${file}`, TEST_SKEW_MS: String(skewMs) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    await this.application[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
