import { constants } from 'node:fs';
import { access, readFile, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import type { Check } from '@holdfast/contract';
import type { Config } from '../../platform/config/schema.ts';
import type { Context } from '../command.ts';
import { shortPath } from '../context.ts';

const NODE_MAJOR_MIN = 24;
const DISK_BYTES_MIN = 512 * 1_048_576;
const FILES_MIN = 4096;
const EXPIRY_WARN_MS = 30 * 86_400_000;
const UPSTREAM_TIMEOUT_MS = 3000;
/** Records carry wall-clock times; a machine that thinks it is before this release has no clock. */
const CLOCK_MIN = Date.UTC(2026, 0, 1);

const ok = (name: string, detail: string): Check => ({ name, state: 'ok', detail, next: '' });
const warning = (name: string, detail: string, next: string): Check => ({ name, state: 'warning', detail, next });
const failed = (name: string, detail: string, next: string): Check => ({ name, state: 'failed', detail, next });

/** What can be judged without opening the data directory: so `doctor` helps when nothing starts. */
export async function localChecks(context: Context, { isRunning }: { isRunning: boolean }): Promise<readonly Check[]> {
  const dataDir = await context.dataDir();
  const [config, configCheck] = await checkConfig(context);
  const checks = [
    checkRuntime(),
    configCheck,
    await checkDataDir(dataDir, context.io.cwd),
    await checkDisk(dataDir),
    await checkFiles(),
    checkClock(context.io.now()),
    await checkCertificate(dataDir, context.io.now()),
  ];
  if (config === null) return checks;
  if (!isRunning) checks.push(...(await checkPorts(config)));
  return [...checks, ...(await checkUpstreams(config))];
}

function checkRuntime(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR_MIN) return ok('runtime', `node ${process.versions.node}`);
  return failed('runtime', `node ${process.versions.node} is too old`, `run npm ci: it brings node ${NODE_MAJOR_MIN}`);
}

async function checkConfig(context: Context): Promise<[Config | null, Check]> {
  try {
    const { readConfig } = await import('../read-config.ts');
    const { config, file } = readConfig(context.io, context.flags);
    return [config, ok('config', file === null ? 'no file: defaults' : shortPath(file, context.io.cwd))];
  } catch (error) {
    const { tell } = await import('../terminal/tell.ts');
    const { why, next } = tell(error);
    return [null, failed('config', why, next)];
  }
}

async function checkDataDir(dataDir: string, cwd: string): Promise<Check> {
  const shown = shortPath(dataDir, cwd);
  const found = await stat(dataDir).catch(() => null);
  if (found === null) return ok('data', `${shown} does not exist yet; the first start makes it`);
  const isWritable = await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!found.isDirectory() || !isWritable)
    return failed('data', `${shown} cannot be written`, 'give it to the user that runs Holdfast, mode 0700');
  const isOpen = process.platform !== 'win32' && (found.mode & 0o077) !== 0;
  return isOpen ? warning('data', `${shown} can be read by others`, `chmod 700 ${shown}`) : ok('data', shown);
}

async function checkDisk(dataDir: string): Promise<Check> {
  const { bavail, bsize } = await statfs(dataDir).catch(() => statfs(dirname(dataDir)).catch(() => ({ bavail: 0, bsize: 0 })));
  const free = bavail * bsize;
  const detail = `${Math.round(free / 1_048_576)} MiB free`;
  return free >= DISK_BYTES_MIN
    ? ok('disk', detail)
    : warning('disk', detail, 'free space: without it nothing can be recorded, and then nothing privileged is done');
}

/** Soft limit of open files, as the kernel states it for this process. */
async function checkFiles(): Promise<Check> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const limit = /^Max open files\s+(\d+)/mu.exec(text)?.[1];
  if (limit === undefined) return ok('files', 'limit not known on this system');
  return Number(limit) >= FILES_MIN
    ? ok('files', `${limit} open files allowed`)
    : warning('files', `only ${limit} open files allowed`, `ulimit -n ${FILES_MIN * 4}`);
}

function checkClock(now: number): Check {
  return now >= CLOCK_MIN
    ? ok('clock', new Date(now).toISOString())
    : failed('clock', `the clock says ${new Date(now).toISOString()}`, 'set the clock: run a time service');
}

async function checkCertificate(dataDir: string, now: number): Promise<Check> {
  const pem = await readFile(join(dataDir, 'tls', 'leaf.crt')).catch(() => null);
  if (pem === null) return ok('certificate', 'no local certificate yet');
  const left = new X509Certificate(pem).validToDate.getTime() - now;
  const days = Math.floor(left / 86_400_000);
  if (left <= 0) return failed('certificate', 'the local certificate has expired', 'holdfast up: it is made anew');
  return left < EXPIRY_WARN_MS
    ? warning('certificate', `the local certificate ends in ${days} days`, 'holdfast up: it is made anew')
    : ok('certificate', `local, ${days} days left`);
}

async function checkPorts(config: Config): Promise<Check[]> {
  const named = [
    ['listen.https', config.listen.https],
    ['listen.http', config.listen.http],
    ['listen.plain', config.listen.plain],
    ['admin.listen', config.admin.listen],
  ] as const;
  const wanted = named.flatMap(([name, place]) => (place === null || place === 'off' ? [] : [{ name, place }]));
  return Promise.all(wanted.map(({ name, place }) => checkPort(name, place)));
}

/** Listens for a moment: the only way to know. */
function checkPort(name: string, place: string): Promise<Check> {
  const colon = place.lastIndexOf(':');
  const host = place.slice(0, colon).replace(/^\[(.*)\]$/u, '$1');
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const detail = error.code === 'EADDRINUSE' ? 'taken by another process' : `cannot be used (${error.code ?? 'unknown'})`;
      done(
        failed(
          name,
          `${place}: ${detail}`,
          error.code === 'EACCES' ? 'ports below 1024 need CAP_NET_BIND_SERVICE' : 'holdfast up --listen HOST:PORT',
        ),
      );
    });
    server.listen({ host, port: Number(place.slice(colon + 1)) }, () => server.close(() => done(ok(name, `${place} is free`))));
  });
}

async function checkUpstreams(config: Config): Promise<Check[]> {
  const upstreams = config.to === null ? config.applications.map(({ upstream }) => upstream) : [config.to];
  return Promise.all(upstreams.slice(0, 20).map(checkUpstream));
}

async function checkUpstream(upstream: string): Promise<Check> {
  const { origin } = new URL(upstream);
  try {
    const response = await fetch(origin, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(UPSTREAM_TIMEOUT_MS),
    });
    return ok('upstream', `${origin} answers ${response.status}`);
  } catch {
    // Why it does not answer is the network's; what to do is the same.
    return warning(
      'upstream',
      `${origin} does not answer`,
      'start your application, or change where it is: holdfast up --to URL',
    );
  }
}
