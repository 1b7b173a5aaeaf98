// After npm ci: prepares what the first start would otherwise wait for. It never fails an installation.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const TIMEOUT_MS = 120_000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const cache = path.join(root, 'node_modules/.cache/holdfast');
const isThere = existsSync(cache) && readdirSync(cache).some((name) => name.startsWith('pgdata-') && name.endsWith('.tar.gz'));

if (!isThere) {
  const bundled = path.join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
  // npm puts its own folder of programs first, so node is the bundled one there; be sure either way.
  const node = existsSync(bundled) ? bundled : process.execPath;
  const flags = ['--disable-warning=ExperimentalWarning', '--conditions=@holdfast/source'];
  const { status, error } = spawnSync(node, [...flags, path.join(root, 'tools/make-template.ts')], {
    cwd: root,
    stdio: 'ignore',
    timeout: TIMEOUT_MS,
  });
  if (status !== 0) {
    const why = error === undefined ? `exit ${status}` : error.message;
    process.stdout.write(`holdfast: the database template was not made now (${why}); the first start makes it.\n`);
  }
}
