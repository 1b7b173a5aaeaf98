import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { access, constants, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../refusal.ts';
import { digestOf, migrationsFolder, readMigrations } from './migrations.ts';
import { siblingModule } from './sibling-module.ts';

const MAKE_TIMEOUT_MS = 60_000;

/** Where an installed copy keeps the template: beside the packages, named by the database's version and the tables in it. */
async function installedTemplatePath(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const marker = `${path.sep}node_modules${path.sep}`;
  const modules = entry.slice(0, entry.lastIndexOf(marker) + marker.length - 1);
  const manifest: unknown = JSON.parse(readFileSync(path.join(modules, '@electric-sql/pglite/package.json'), 'utf8'));
  const version = String((manifest as { version?: unknown }).version);
  const tables = digestOf(await readMigrations(migrationsFolder()));
  return path.join(modules, '.cache', 'holdfast', `pgdata-${version}-${tables}.tar.gz`);
}

/**
 * The template, made now if it is not there. A read-only installation keeps its template in the data directory instead.
 * It is made by a child process: initdb needs some 500 MB for two seconds, which the serving process must not hold.
 */
export async function ensureTemplate(dataDir: string): Promise<string> {
  const installed = await installedTemplatePath();
  if (existsSync(installed)) return installed;
  const own = path.join(dataDir, 'cache', path.basename(installed));
  if (existsSync(own)) return own;
  const target = (await canWrite(path.dirname(installed))) ? installed : own;
  await runMaker(target);
  return target;
}

async function canWrite(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function runMaker(target: string): Promise<void> {
  const program = fileURLToPath(siblingModule(import.meta.url, 'make-template'));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, target], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: MAKE_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    // Options of the parent (inspector, loaders) are no business of this child.
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: process.env['TMPDIR'] ?? '' },
  });
  const complaint: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 20) complaint.push(text);
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new Refusal('database-unavailable', {
      detail: 'The template of the embedded database could not be made.',
      cause: new AggregateError([], complaint.join('').slice(0, 2000)),
    });
  }
}
