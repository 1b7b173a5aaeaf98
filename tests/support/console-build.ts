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

/** The console as its sources are now: whoever changed one would otherwise test what was built before. */
export function buildConsole(): void {
  const folder = join(ROOT, 'packages/console');
  const built = statSync(join(CONSOLE_DIST, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['index.html', 'vite.config.ts'].map((name) => statSync(join(folder, name)).mtimeMs);
  if (built > Math.max(...sources, newest(join(folder, 'src')), newest(join(folder, 'build')))) return;
  execFileSync('npm', ['run', '--silent', 'build:console'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Once before the system tests, so that no two of them build at the same time. */
export { buildConsole as setup };
