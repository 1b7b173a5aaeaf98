// After npm ci: prepares what the first start would otherwise wait for. It never fails an installation.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const TIMEOUT_MS = 120_000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** @returns {string | null} why it failed */
function run(script, args = [], cwd = root) {
  const bundled = path.join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
  // npm puts its own folder of programs first, so node is the bundled one there; be sure either way.
  const node = existsSync(bundled) ? bundled : process.execPath;
  const flags = ['--disable-warning=ExperimentalWarning', '--conditions=@holdfast/source'];
  const { status, error } = spawnSync(node, [...flags, path.join(root, script), ...args], {
    cwd,
    stdio: 'ignore',
    timeout: TIMEOUT_MS,
  });
  if (status === 0) return null;
  return error === undefined ? `exit ${status}` : error.message;
}

const template = run('tools/make-template.ts');
if (template !== null) {
  process.stdout.write(`holdfast: the database template was not made now (${template}); the first start makes it.\n`);
}
const passwords = run('tools/pack-common-passwords.ts');
if (passwords !== null) {
  process.stdout.write(
    `holdfast: the list of common passwords was not packed (${passwords}); no password can be set until node tools/postinstall.js does it.\n`,
  );
}
const vite = 'node_modules/vite/bin/vite.js';
const hasVite = existsSync(path.join(root, vite));
const missed = {
  'packages/console': 'npm run build:console does it, the command line needs none of it',
  'packages/browser': 'npm run build:browser does it, pages then have no check of their own',
};
for (const [folder, next] of Object.entries(missed)) {
  // Whoever installs without what builds it gets the command line only.
  const built = hasVite ? run(vite, ['build'], path.join(root, folder)) : 'vite is not installed';
  if (built !== null) process.stdout.write(`holdfast: ${folder} was not built (${built}); ${next}.\n`);
}
