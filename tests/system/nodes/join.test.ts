import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdfast } from '../../support/holdfast-process.ts';
import { postgresMissing } from '../../support/postgres-cluster.ts';
import { environmentOf, startTwoNodes, type TwoNodes } from '../../support/two-nodes.ts';

if (postgresMissing !== null) console.warn(postgresMissing);

describe.skipIf(postgresMissing !== null)('a node that joins', () => {
  let nodes: TwoNodes;
  beforeAll(async () => {
    nodes = await startTwoNodes([]);
  }, 120_000);
  afterAll(() => nodes[Symbol.asyncDispose]());

  const stored = (): Promise<string> =>
    nodes.cluster.query(
      // The watch of a node that has just started says a moment later which rules it matches with.
      "select (select count(*) from platform_migration), (select count(*) from audit_event where type not like 'detection.%'), (select md5(ring) from platform_keyring)",
    );

  test('takes the keys of the others with a copy of the root key, and both are named by status', async () => {
    for (const [node, name] of [
      [nodes.a, 'node-a'],
      [nodes.b, 'node-b'],
    ] as const) {
      const { data } = await node.cli<{ node: string; health: { reasons: string[] }; applications: unknown[] }>('status');
      expect([data.node, data.health.reasons, data.applications.length]).toEqual([name, [], 1]);
    }
  });

  test('without the root key is refused by the name of the key, and neither side is touched', async () => {
    const before = await stored();
    const dataDir = nodes.newDataDir();
    const ran = await nodes.tryToJoin(dataDir, 'node-c');
    expect(ran.stderr).toMatch(/^ {2}code {2}key-wrong$/mu);
    expect(ran.stderr).toMatch(/sealed with root key root_[0-9a-f]{12}; this node has none/u);
    expect(ran.code).toBe(3);
    expect(existsSync(join(dataDir, 'keys/root.key'))).toBe(false);
    expect(existsSync(join(dataDir, 'keys/keyring.json'))).toBe(false);
    expect(await stored()).toBe(before);
  });

  test('with another root key is told both names, also when it has worked with that key before', async () => {
    const before = await stored();
    const fresh = nodes.newDataDir();
    mkdirSync(join(fresh, 'keys'), { recursive: true, mode: 0o700 });
    writeFileSync(join(fresh, 'keys/root.key'), randomBytes(32).toString('base64'), { mode: 0o600 });
    const used = nodes.newDataDir();
    mkdirSync(used, { recursive: true, mode: 0o700 });
    // A command on the embedded database makes keys of its own.
    expect((await holdfast(['ban', 'list', '--data-dir', used])).code).toBe(0);
    for (const dataDir of [fresh, used]) {
      const ran = await nodes.tryToJoin(dataDir, 'node-c');
      expect(ran.stderr).toMatch(/sealed with root key root_[0-9a-f]{12}.*this node has root key root_[0-9a-f]{12}/u);
      expect(ran.code).toBe(3);
    }
    expect(await stored()).toBe(before);
  });

  test('under the name of a node that runs is refused; a root key that is there is never replaced', async () => {
    const dataDir = nodes.newDataDir();
    const key = join(nodes.a.dataDir, 'keys/root.key');
    expect((await holdfast(['init', '--root-key', key, '--data-dir', dataDir])).code).toBe(0);
    expect((await holdfast(['init', '--root-key', key, '--data-dir', dataDir])).code).toBe(5);
    const ran = await nodes.tryToJoin(dataDir, 'node-b');
    expect(ran.stderr).toMatch(/^ {2}code {2}node-name-taken$/mu);
    expect(ran.code).toBe(3);
  });

  test('a backup is restored when no node runs any more, and says which ones do', async () => {
    const target = nodes.newDataDir();
    const file = `${target}.age`;
    const passphrase = `${target}.pass`;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(passphrase, 'vier blaue Fahrräder im Regen\n', { mode: 0o600 });
    const env = environmentOf(nodes.cluster.url, 'node-a');
    const run = (words: readonly string[]) => holdfast([...words, '--passphrase-file', passphrase, '--yes'], { env });
    expect((await nodes.a.cli('ban', 'add', '192.0.2.77', '--forever')).code).toBe(0);
    expect((await run(['backup', 'create', file, '--data-dir', nodes.a.dataDir])).code).toBe(0);
    expect((await nodes.a.cli('ban', 'remove', '192.0.2.77')).code).toBe(0);
    const key = join(nodes.a.dataDir, 'keys/root.key');
    const restore = () => run(['backup', 'restore', file, '--root-key', key, '--data-dir', target]);
    const refused = await restore();
    expect(refused.stderr).toContain('node-a, node-b');
    expect(refused.code).toBe(5);
    await nodes.b.kill('SIGTERM');
    await nodes.a.kill('SIGTERM');
    const done = await restore();
    expect(done.code, done.stderr).toBe(0);
    const list = await holdfast(['ban', 'list', '--json', '--data-dir', target], { env });
    expect(list.stdout).toContain('192.0.2.77');
  });
});
