import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';

/** One thing to run, as an argument list: nothing here passes through a shell. */
export interface TrustCommand {
  readonly argv: readonly string[];
  readonly needsRoot: boolean;
  readonly why: string;
}

export interface TrustDescription {
  readonly fingerprint: string;
  readonly install: readonly TrustCommand[];
  readonly remove: readonly TrustCommand[];
  /** What no command reaches: programs with a trust list of their own. */
  readonly notes: readonly string[];
}

/** The parts of the host that the plan depends on; tests give their own. */
export interface TrustHost {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly isRoot: boolean;
  readonly exists: (path: string) => Promise<boolean>;
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** Resolves to true when the command ended with 0. */
  readonly run: (argv: readonly string[]) => Promise<boolean>;
}

const RUN_TIMEOUT_MS = 60_000;
const PROFILES_MAX = 50;

// Where each family of distributions reads extra roots from, and what makes it do so. First match wins.
const LINUX_STORES = [
  { folder: '/usr/local/share/ca-certificates', update: ['update-ca-certificates'], tool: '/usr/sbin/update-ca-certificates' },
  { folder: '/etc/pki/ca-trust/source/anchors', update: ['update-ca-trust', 'extract'], tool: '/usr/bin/update-ca-trust' },
  { folder: '/etc/ca-certificates/trust-source/anchors', update: ['trust', 'extract-compat'], tool: '/usr/bin/trust' },
] as const;
const CERTUTIL = '/usr/bin/certutil';

/** What `holdfast trust` would run on this host to make browsers and tools accept the local CA, and how to undo it. */
export async function describeTrust(caPath: string, host: TrustHost): Promise<TrustDescription> {
  const { fingerprint256 } = new X509Certificate(await readFile(caPath));
  // The name carries the fingerprint, so that removing one installation's root never takes away another's.
  const label = `holdfast-${fingerprint256.replaceAll(':', '').slice(0, 12).toLowerCase()}`;
  const notes = [`Node.js: NODE_EXTRA_CA_CERTS=${caPath}`, `curl: --cacert ${caPath}`];
  const { install, remove } = await planFor({ caPath, label, fingerprint: fingerprint256 }, host);
  return { fingerprint: fingerprint256, install, remove, notes };
}

interface Root {
  readonly caPath: string;
  readonly label: string;
  readonly fingerprint: string;
}

interface Plan {
  readonly install: readonly TrustCommand[];
  readonly remove: readonly TrustCommand[];
}

async function planFor(root: Root, host: TrustHost): Promise<Plan> {
  if (host.platform === 'darwin') return macPlan(root, host);
  if (host.platform === 'win32') return windowsPlan(root);
  const [system, browsers] = [await linuxPlan(root, host), await nssPlan(root, host)];
  return { install: [...system.install, ...browsers.install], remove: [...browsers.remove, ...system.remove] };
}

function macPlan({ caPath, fingerprint }: Root, { home }: TrustHost): Plan {
  // The login keychain: no administrator rights, and only this user is affected.
  const keychain = join(home, 'Library/Keychains/login.keychain-db');
  const add = ['security', 'add-trusted-cert', '-r', 'trustRoot', '-p', 'ssl', '-k', keychain, caPath];
  const drop = ['security', 'delete-certificate', '-Z', fingerprint.replaceAll(':', ''), '-t', keychain];
  return {
    install: [{ argv: add, needsRoot: false, why: 'Safari, Chrome and curl of this user' }],
    remove: [{ argv: drop, needsRoot: false, why: 'Safari, Chrome and curl of this user' }],
  };
}

function windowsPlan({ caPath, fingerprint }: Root): Plan {
  const drop = ['certutil.exe', '-user', '-delstore', 'Root', fingerprint.replaceAll(':', '')];
  return {
    install: [
      { argv: ['certutil.exe', '-user', '-addstore', 'Root', caPath], needsRoot: false, why: 'Edge and Chrome of this user' },
    ],
    remove: [{ argv: drop, needsRoot: false, why: 'Edge and Chrome of this user' }],
  };
}

async function linuxPlan({ caPath, label }: Root, host: TrustHost): Promise<Plan> {
  for (const { folder, update, tool } of LINUX_STORES) {
    if (!(await host.exists(tool))) continue;
    const target = `${folder}/${label}.crt`;
    const refresh = { argv: update, needsRoot: true, why: 'rebuild the list of trusted roots' };
    return {
      install: [{ argv: ['install', '-m', '0644', caPath, target], needsRoot: true, why: 'curl, wget and OpenSSL' }, refresh],
      remove: [{ argv: ['rm', '-f', target], needsRoot: true, why: 'curl, wget and OpenSSL' }, refresh],
    };
  }
  return { install: [], remove: [] };
}

// Chromium and Firefox on Linux do not read the system's roots but a database of their own per profile (NSS).
async function nssPlan({ caPath, label }: Root, host: TrustHost): Promise<Plan> {
  if (!(await host.exists(CERTUTIL))) return { install: [], remove: [] };
  const databases = await nssDatabases(host);
  return {
    install: databases.map(({ folder, why }) => ({
      // `C,,`: trusted to issue for servers, for nothing else.
      argv: [CERTUTIL, '-A', '-d', `sql:${folder}`, '-t', 'C,,', '-n', label, '-i', caPath],
      needsRoot: false,
      why,
    })),
    remove: databases.map(({ folder, why }) => ({
      argv: [CERTUTIL, '-D', '-d', `sql:${folder}`, '-n', label],
      needsRoot: false,
      why,
    })),
  };
}

async function nssDatabases(host: TrustHost): Promise<{ folder: string; why: string }[]> {
  const found: { folder: string; why: string }[] = [];
  const shared = join(host.home, '.pki/nssdb');
  if (await host.exists(join(shared, 'cert9.db'))) found.push({ folder: shared, why: 'Chrome and Chromium of this user' });
  for (const base of ['.mozilla/firefox', 'snap/firefox/common/.mozilla/firefox']) {
    const profiles = await host.list(join(host.home, base));
    for (const profile of profiles.slice(0, PROFILES_MAX)) {
      const folder = join(host.home, base, profile);
      if (await host.exists(join(folder, 'cert9.db'))) found.push({ folder, why: `Firefox profile ${profile}` });
    }
  }
  return found;
}

export interface TrustOutcome {
  readonly done: readonly TrustCommand[];
  readonly failed: readonly TrustCommand[];
  /** Left out, because this process is not root; the operator runs them with sudo. */
  readonly left: readonly TrustCommand[];
}

export interface TrustRequest {
  readonly caPath: string;
  readonly host: TrustHost;
  /** Runs nothing: everything is reported as `left`. */
  readonly dryRun: boolean;
}

/** Makes this host trust the local CA, as far as the rights of this process reach. Safe to repeat. */
export async function installTrust(request: TrustRequest): Promise<TrustOutcome> {
  const { install } = await describeTrust(request.caPath, request.host);
  return runAll(install, request);
}

/** Takes back all that `installTrust` did on this host. */
export async function uninstallTrust(request: TrustRequest): Promise<TrustOutcome> {
  const { remove } = await describeTrust(request.caPath, request.host);
  return runAll(remove, request);
}

async function runAll(commands: readonly TrustCommand[], { host, dryRun }: TrustRequest): Promise<TrustOutcome> {
  const done: TrustCommand[] = [];
  const failed: TrustCommand[] = [];
  const left: TrustCommand[] = [];
  for (const command of commands) {
    if (dryRun || (command.needsRoot && !host.isRoot)) left.push(command);
    else if (await host.run(command.argv)) done.push(command);
    else failed.push(command);
  }
  return { done, failed, left };
}

/** A command as a line for a POSIX shell, to be shown: whatever is not plainly safe is quoted. */
export function commandLine({ argv }: TrustCommand): string {
  return argv.map((word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** This machine. */
export function thisHost(home: string): TrustHost {
  return {
    platform: process.platform,
    home,
    isRoot: process.getuid?.() === 0,
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    list: (folder) => readdir(folder).catch(() => []),
    run: ([command, ...args]) =>
      new Promise((resolve) => {
        if (command === undefined) resolve(false);
        else execFile(command, args, { timeout: RUN_TIMEOUT_MS, windowsHide: true }, (error) => resolve(error === null));
      }),
  };
}
