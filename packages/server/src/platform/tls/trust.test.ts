import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileKeyStore } from './key-store.ts';
import { openLocalCa } from './local-ca.ts';
import { commandLine, describeTrust, installTrust, thisHost, uninstallTrust } from './trust.ts';
import type { TrustHost } from './trust.ts';

const hasCertutil = existsSync('/usr/bin/certutil');
if (!hasCertutil) process.emitWarning('certutil is not there: the trust store of browsers is not tested here.');

let folder: string;
let caPath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-trust-'));
  ({ caPath } = await openLocalCa({ folder, keys: createFileKeyStore(folder), hostNames: [], now: Date.now }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const host = (parts: Partial<TrustHost> & { readonly files?: readonly string[]; readonly ran?: string[] }): TrustHost => ({
  platform: 'linux',
  home: '/home/someone',
  isRoot: false,
  exists: (path) => Promise.resolve(parts.files?.includes(path) ?? false),
  list: () => Promise.resolve([]),
  run: (argv) => Promise.resolve((parts.ran?.push(argv.join(' ')) ?? 0) > 0),
  ...parts,
});
const DEBIAN = ['/usr/sbin/update-ca-certificates'];

describe('trusting the local CA', () => {
  it.each([
    ['darwin', 'security add-trusted-cert', 'security delete-certificate'],
    ['win32', 'certutil.exe -user -addstore Root', 'certutil.exe -user -delstore Root'],
  ] as const)('knows the commands of %s and their undo, without administrator rights', async (platform, add, drop) => {
    const { install, remove } = await describeTrust(caPath, host({ platform }));
    expect(install.map(commandLine)).toEqual([expect.stringContaining(add)]);
    expect(remove.map(commandLine)).toEqual([expect.stringContaining(drop)]);
    expect([...install, ...remove].some((command) => command.needsRoot)).toBe(false);
  });

  it('runs nothing on a dry run, even as root', async () => {
    const ran: string[] = [];
    const outcome = await installTrust({ caPath, dryRun: true, host: host({ isRoot: true, files: DEBIAN, ran }) });
    expect([outcome.done, outcome.failed, ran]).toEqual([[], [], []]);
    expect(outcome.left.map(commandLine)).toEqual([
      expect.stringMatching(/^install -m 0644 .*holdfast-[0-9a-f]{12}\.crt$/),
      'update-ca-certificates',
    ]);
  });

  it('leaves what needs root to the operator', async () => {
    const ran: string[] = [];
    const outcome = await installTrust({ caPath, dryRun: false, host: host({ files: DEBIAN, ran }) });
    expect([outcome.left.length, ran]).toEqual([2, []]);
  });

  it('installs and takes back exactly its own root', async () => {
    const ran: string[] = [];
    const root = host({ isRoot: true, files: DEBIAN, ran });
    expect((await installTrust({ caPath, dryRun: false, host: root })).done).toHaveLength(2);
    expect((await uninstallTrust({ caPath, dryRun: false, host: root })).done).toHaveLength(2);
    const target = ran[0]?.split(' ').at(-1);
    expect(ran[2]).toBe(`rm -f ${target}`);
  });

  it('reports a command that failed', async () => {
    const failing = host({ isRoot: true, files: DEBIAN, run: () => Promise.resolve(false) });
    expect((await installTrust({ caPath, dryRun: false, host: failing })).failed).toHaveLength(2);
  });

  it('quotes what a shell would read otherwise', () => {
    expect(commandLine({ argv: ['rm', "/data/it's $(here)/ca.crt"], needsRoot: false, why: '' })).toBe(
      `rm '/data/it'\\''s $(here)/ca.crt'`,
    );
  });

  it.skipIf(!hasCertutil)('is accepted and removed by the real NSS database of a browser profile', async () => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-home-'));
    const nss = join(home, '.pki/nssdb');
    await mkdir(nss, { recursive: true });
    execFileSync('/usr/bin/certutil', ['-N', '--empty-password', '-d', `sql:${nss}`]);
    const listed = (): string => execFileSync('/usr/bin/certutil', ['-L', '-d', `sql:${nss}`], { encoding: 'utf8' });
    // Never root here: the test must not touch the trust of the machine it runs on.
    const real: TrustHost = { ...thisHost(home), isRoot: false };
    const installed = await installTrust({ caPath, dryRun: false, host: real });
    expect([installed.done.length, installed.failed]).toEqual([1, []]);
    expect(listed()).toMatch(/holdfast-[0-9a-f]{12}\s+C,,/);
    await uninstallTrust({ caPath, dryRun: false, host: real });
    expect(listed()).not.toContain('holdfast-');
    await rm(home, { recursive: true, force: true });
  });
});
