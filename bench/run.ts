import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm run bench [name …]`: runs every bench, or those named, one process each; exit 1 when a budget is missed. */
const here = dirname(fileURLToPath(import.meta.url));
const wanted = new Set(process.argv.slice(2));
let missed = 0;
for (const file of readdirSync(here)
  .filter((name) => name.endsWith('.bench.ts'))
  .toSorted()) {
  const name = file.replace('.bench.ts', '');
  if (wanted.size > 0 && !wanted.has(name)) continue;
  process.stderr.write(`bench ${name} …\n`);
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning', join(here, file)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  process.stdout.write(stdout);
  const last = stdout.trim().split('\n').at(-1) ?? '';
  // Every bench ends with the document of report.ts.
  if (status !== 0 || !(last.startsWith('{') && (JSON.parse(last) as { ok: boolean }).ok)) missed += 1;
}
process.exitCode = missed === 0 ? 0 : 1;
