import type { OwnKeyView } from '@holdfast/contract';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminBrowser } from '../../support/admin-browser.ts';
import { beside, KEPT, makeBackedUp, type BackedUp } from '../../support/backed-up.ts';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';

const LONG_MS = 600_000;
const SOON = { timeout: 60_000, interval: 200 };

let upstream: EchoUpstream;
let args: readonly string[] = [];
let made: BackedUp;
let ada: AdminBrowser;
let running: HoldfastProcess;

beforeAll(async () => {
  upstream = await startEchoUpstream();
  args = ['--to', upstream.url, '--mode', 'enforce', '--listen', 'http://127.0.0.1:0'];
  const { server, ...backedUp } = await makeBackedUp({ args, before: signIn });
  made = backedUp;
  running = server;
}, LONG_MS);
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  made.remove();
}, LONG_MS);

/** Whoever stole her cookie would have it still. */
async function signIn(server: HoldfastProcess): Promise<void> {
  const { data } = await server.cli<{ link: string }>('admin', 'setup-link');
  ada = new AdminBrowser(server.admin, server.ca());
  await ada.enrol(data.link, { name: 'ada', password: 'vier blaue Drachen im Regen' });
}
const recover = (place: string, ...more: readonly string[]) =>
  made.run(['recover', '--backup', made.backup, '--yes', ...more], place);
const originOf = (folder: string): string => readFileSync(join(folder, 'checkpoint'), 'utf8').split('\n', 1)[0] ?? '';
const stepsOf = (data: Readonly<Record<string, unknown>>) => data['items'] as readonly { step: string; state: string }[];

describe('exit codes of holdfast recover', () => {
  test(
    'a server that runs holds it off with 5; whoever stops it goes on',
    async () => {
      expect(await recover(made.dataDir)).toMatchObject({ code: 5, data: { code: 'data-dir-locked' } });
      await running[Symbol.asyncDispose]();
    },
    LONG_MS,
  );

  test(
    'what makes no sense ends with 2, what cannot be opened with 1, an older log with 5; nothing is changed by any of them',
    async () => {
      const place = made.clone('codes');
      const nothing = join(made.folder, 'nothing');
      mkdirSync(nothing, { mode: 0o700 });
      expect((await recover(place, '--keep-log', '--new-log')).code).toBe(2);
      expect((await made.run(['recover', 'backwards'], place)).code).toBe(2);
      expect((await made.run(['recover', '--backup', nothing, '--yes'], place)).code).toBe(2);
      const damaged = join(nothing, 'damaged.age');
      const bytes = readFileSync(made.backup);
      bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1;
      writeFileSync(damaged, bytes);
      expect(await made.run(['recover', '--backup', damaged, '--yes'], place)).toMatchObject({
        code: 1,
        data: { code: 'backup-unreadable' },
      });
      expect(await recover(place)).toMatchObject({ code: 5, data: { code: 'backup-outdated' } });
      expect(await made.bans(place)).toHaveLength(2);
      expect([...beside(place, 'before-restore'), ...beside(place, 'restoring')]).toEqual([]);
    },
    LONG_MS,
  );
});

describe('the log after a recovery', () => {
  test(
    'that is damaged cannot go on, nor may an older one under its name: one of another name begins, the old ones are kept',
    async () => {
      const place = made.clone('new-log');
      const ledger = join(place, 'ledger');
      const before = originOf(ledger);
      const entries = readdirSync(join(ledger, 'tile', 'entries'), { recursive: true, withFileTypes: true });
      for (const entry of entries.filter((one) => one.isFile())) {
        const file = join(entry.parentPath, entry.name);
        const bytes = readFileSync(file);
        bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
        writeFileSync(file, bytes);
      }
      expect(await recover(place)).toMatchObject({ code: 5, data: { code: 'backup-outdated' } });
      expect(await recover(place, '--keep-log')).toMatchObject({ code: 5, data: { code: 'backup-outdated' } });
      const { code, data } = await recover(place, '--new-log');
      expect(code, JSON.stringify(data)).toBe(0);
      expect(await made.records(place)).toBeGreaterThan(0);
      expect(originOf(ledger)).not.toBe(before);
      const [kept = ''] = readdirSync(join(place, 'evidence')).filter((name) => name.startsWith('ledger-'));
      expect(originOf(join(place, 'evidence', kept))).toBe(before);
      expect(existsSync(join(beside(place, 'before-restore')[0] ?? '', 'ledger', 'checkpoint'))).toBe(true);
      expect(await made.bans(place)).toEqual([KEPT]);
    },
    LONG_MS,
  );
});

describe('what an attacker may know', () => {
  test(
    'is changed with --rotate, and is as it was without',
    async () => {
      expect((await ownKeys(made.dataDir)).length).toBeGreaterThan(0);
      for (const isRotated of [false, true]) {
        const place = made.clone(isRotated ? 'rotated' : 'unrotated');
        const before = await ownKeys(place);
        const { code, data } = await recover(place, '--keep-log', ...(isRotated ? ['--rotate'] : []));
        expect(code, JSON.stringify(data)).toBe(0);
        const step = stepsOf(data).find(({ step: name }) => name === 'change what may be known');
        expect(step?.state).toBe(isRotated ? 'done' : 'todo');
        const after = await ownKeys(place);
        const newer = after.filter(({ name, since }) => (since ?? 0) > (before.find((one) => one.name === name)?.since ?? 0));
        // That of the listener is changed by whoever listens.
        expect(newer.length, JSON.stringify(after)).toBe(isRotated ? after.length - 1 : 0);
        await using server = await HoldfastProcess.start({ dataDir: place, args });
        const again = new AdminBrowser(server.admin, server.ca());
        for (const [name, value] of ada.cookies) again.cookies.set(name, value);
        expect((await again.api('GET', '/me')).status).toBe(isRotated ? 401 : 200);
        expect((await server.cli('audit', 'verify')).code).toBe(0);
      }
    },
    LONG_MS,
  );

  async function ownKeys(place: string): Promise<readonly OwnKeyView[]> {
    const { data } = await made.run(['secret', 'rotations'], place);
    return data['ownKeys'] as readonly OwnKeyView[];
  }
});

describe('serving again in stages', () => {
  test(
    'reading alone comes first; canary requests go through, and writing waits until a look at the application lets it go',
    async () => {
      const place = made.clone('stages');
      const { code, data } = await recover(place, '--keep-log', '--read-only');
      expect(code, JSON.stringify(data)).toBe(0);
      expect(stepsOf(data)).toContainEqual(expect.objectContaining({ step: 'serve again in stages', state: 'done' }));
      await using server = await HoldfastProcess.start({ dataDir: place, args });
      const statusOf = async (method: string): Promise<number> =>
        (await fetch(`${server.plain}/order`, { method, redirect: 'manual' })).status;
      expect([await statusOf('GET'), await statusOf('POST')]).toEqual([200, 503]);
      const canary = await server.cli<{ passed: boolean }>('test', 'attack');
      expect([canary.code, canary.data.passed], canary.stderr).toEqual([0, true]);
      expect(await statusOf('POST')).toBe(503);
      const { body } = await hostCall(server, 'GET', '/api/v1/applications');
      // The contract of the API.
      const application = (body as { items: { application: { id: string } }[] }).items[0]?.application.id ?? '';
      const released = await server.cli<{ checks: { name: string; state: string }[] }>(
        'release',
        application,
        '--reason',
        'it is good',
      );
      expect(released.code, `${released.stdout}${released.stderr}`).toBe(0);
      expect(JSON.stringify(released.data)).toContain('"health"');
      await expect.poll(() => statusOf('POST'), SOON).toBe(200);
    },
    LONG_MS,
  );
});
