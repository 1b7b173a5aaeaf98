import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminBrowser } from './admin-browser.ts';
import { startCutProxy, type CutProxy } from './cut-proxy.ts';
import { startEchoUpstream, type EchoUpstream } from './echo-upstream.ts';
import { holdfast, HoldfastProcess, type Finished } from './holdfast-process.ts';
import { createPostgresCluster, type PostgresCluster } from './postgres-cluster.ts';

export const PASSWORD = 'vier blaue Fahrräder im Regen';

/** Two nodes on one PostgreSQL; the second one reaches it through a proxy that can be cut. */
export interface TwoNodes extends AsyncDisposable {
  readonly cluster: PostgresCluster;
  readonly echo: EchoUpstream;
  readonly proxy: CutProxy;
  readonly a: HoldfastProcess;
  /** The second one; another process after `restart`. */
  readonly b: HoldfastProcess;
  /** Kills the second node as a power cut does, and starts it again after `meanwhile`. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
  /** A browser in front of the application, signed in nowhere yet. */
  visitor(node: HoldfastProcess): AdminBrowser;
  /** Somebody invited and enrolled at this node. */
  enrol(node: HoldfastProcess, name: string): Promise<AdminBrowser>;
  /** A further node that is expected not to start. */
  tryToJoin(dataDir: string, name: string): Promise<Finished>;
  newDataDir(): string;
}

export const environmentOf = (url: string, node: string): Record<string, string> => ({
  HOLDFAST_DATABASE_URL: url,
  HOLDFAST_NODE: node,
  HOLDFAST_AUDIT__BALLAST_BYTES: '0',
  HOLDFAST_TRUSTED_HOPS: '1',
});

/** The second one on a data directory that holds nothing but the root key of the first. */
export async function startTwoNodes(args: readonly string[], settings: Record<string, string> = {}): Promise<TwoNodes> {
  const stack = new AsyncDisposableStack();
  try {
    const cluster = stack.use(await createPostgresCluster());
    const proxy = stack.use(await startCutProxy(cluster.url));
    const echo = stack.use(await startEchoUpstream());
    const newDataDir = (): string => {
      const folder = mkdtempSync(join(tmpdir(), 'hf-node-'));
      stack.defer(() => rmSync(folder, { recursive: true, force: true }));
      return join(folder, 'data');
    };
    const all = ['--to', echo.url, ...args];
    const a = stack.use(
      await HoldfastProcess.start({
        args: all,
        dataDir: newDataDir(),
        env: { ...environmentOf(cluster.url, 'node-a'), ...settings },
      }),
    );
    const second = newDataDir();
    const joined = await holdfast(['init', '--root-key', join(a.dataDir, 'keys/root.key'), '--data-dir', second]);
    if (joined.code !== 0) throw new Error(`assertion: the key can be placed: ${joined.stderr}`);
    const startSecond = (): Promise<HoldfastProcess> =>
      HoldfastProcess.start({ args: all, dataDir: second, env: { ...environmentOf(proxy.url, 'node-b'), ...settings } });
    let b = await startSecond();
    stack.defer(() => b[Symbol.asyncDispose]());
    const visitor = (node: HoldfastProcess): AdminBrowser => new AdminBrowser(node.https, node.ca(), '/.holdfast');
    return {
      cluster,
      echo,
      proxy,
      a,
      get b() {
        return b;
      },
      async restart(meanwhile) {
        await b.kill('SIGKILL');
        await meanwhile();
        b = await startSecond();
      },
      visitor,
      newDataDir,
      async enrol(node, name) {
        const { data } = await node.cli<{ link: string }>('user', 'invite', name);
        const browser = visitor(node);
        await browser.enrol(data.link, { password: PASSWORD });
        return browser;
      },
      tryToJoin: (dataDir, name) =>
        holdfast(['up', ...all, '--data-dir', dataDir, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'], {
          env: { ...environmentOf(cluster.url, name), HOLDFAST_LISTEN__HTTP: '127.0.0.1:0' },
        }),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
