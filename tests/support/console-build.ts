import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './holdfast-process.ts';

export const CONSOLE_DIST = join(ROOT, 'packages/console/dist');

const newest = (folder: string): number =>
  Math.max(
    0,
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );

/** Built as its sources are now: whoever changed one would otherwise test what was built before. */
function build(name: 'console' | 'browser', made: string, files: readonly string[]): void {
  const folder = join(ROOT, 'packages', name);
  const built = statSync(join(folder, 'dist', made), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = files.map((file) => statSync(join(folder, file)).mtimeMs);
  if (built > Math.max(...sources, newest(join(folder, 'src')))) return;
  execFileSync('npm', ['run', '--silent', `build:${name}`], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

export const buildConsole = (): void => build('console', 'index.html', ['index.html', 'vite.config.ts', 'build/precompress.ts']);

/** Once before the system tests, so that no two of them build at the same time. */
export function setup(): void {
  buildConsole();
  build('browser', 'validate.js', ['vite.config.ts']);
}
