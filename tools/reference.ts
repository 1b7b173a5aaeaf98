import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiPage } from './reference/api.ts';
import { commandsPage } from './reference/commands.ts';
import { configurationPage } from './reference/configuration.ts';
import { eventsPage } from './reference/events.ts';
import { metricsPage } from './reference/metrics.ts';
import { permissionsPage } from './reference/permissions.ts';
import { problemsPage } from './reference/problems.ts';
import { rulesPage } from './reference/rules.ts';
import { sigmaFieldsPage } from './reference/sigma-fields.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Every page of `docs/reference/` by its path: made of the code alone, so the same code gives the same bytes. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reference/api.md', await apiPage()],
    ['docs/reference/cli.md', await commandsPage()],
    ['docs/reference/configuration.md', configurationPage(ROOT)],
    ['docs/reference/events.md', eventsPage()],
    ['docs/reference/metrics.md', await metricsPage()],
    ['docs/reference/permissions.md', await permissionsPage()],
    ['docs/reference/problems.md', problemsPage()],
    ['docs/reference/rules.md', rulesPage(ROOT)],
    ['docs/reference/sigma-fields.md', sigmaFieldsPage()],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await referencePages()) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
    console.log(path);
  }
}
