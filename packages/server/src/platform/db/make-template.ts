/**
 * A program of its own: makes the template of the embedded database (an initialised, empty data directory as .tar.gz), so
 * that no serving process ever runs initdb. `node make-template.ts TARGET`.
 */
import { PGlite } from '@electric-sql/pglite';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EMBEDDED_SETTINGS, keepWasmAtBaseline } from './wasm-tuning.ts';

async function makeTemplate(target: string): Promise<void> {
  keepWasmAtBaseline();
  const db = await PGlite.create({
    // Small segments keep a fresh data directory small; the size is fixed for the life of the directory.
    initDbStartParams: ['--wal-segsize=4'],
    startParams: [...PGlite.defaultStartParams, ...EMBEDDED_SETTINGS],
  });
  await db.exec('vacuum freeze');
  await db.exec('checkpoint');
  const archive = await db.dumpDataDir('gzip');
  await db.close();
  await mkdir(path.dirname(target), { recursive: true });
  // Rename, so that a process killed here never leaves half a template under the final name.
  const partial = `${target}.${process.pid}.partial`;
  try {
    await writeFile(partial, new Uint8Array(await archive.arrayBuffer()), { mode: 0o644 });
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}

const target = process.argv[2];
if (target === undefined) {
  process.stderr.write('usage: make-template TARGET\n');
  process.exitCode = 2;
} else {
  await makeTemplate(target);
}
