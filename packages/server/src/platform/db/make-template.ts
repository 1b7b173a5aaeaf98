/**
 * A program of its own: makes the template of the embedded database (an initialised data directory with empty tables, as .tar.gz),
 * so that no serving process ever runs initdb, and no first start every migration there ever was. `node make-template.ts TARGET`.
 */
import { PGlite } from '@electric-sql/pglite';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DONE_INSERT, DONE_TABLE, migrationsFolder, readMigrations } from './migrations.ts';
import { EMBEDDED_SETTINGS, keepWasmAtBaseline } from './wasm-tuning.ts';

async function makeTemplate(target: string): Promise<void> {
  keepWasmAtBaseline();
  const db = await PGlite.create({
    // Small segments keep a fresh data directory small; the size is fixed for the life of the directory.
    initDbStartParams: ['--wal-segsize=4'],
    startParams: [...PGlite.defaultStartParams, ...EMBEDDED_SETTINGS],
  });
  await dropSpares(db);
  await fill(db);
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
  await removeOlder(target);
}

/** Nobody makes a second database here; those that it would be copied from are two thirds of the files of a new directory. */
async function dropSpares(db: PGlite): Promise<void> {
  await db.exec('update pg_database set datistemplate = false, datallowconn = true');
  for (const spare of ['template0', 'template1']) await db.exec(`drop database ${spare}`);
}

/** As `migrate` does it, which this process cannot load: it starts without what finds the packages of a checkout. */
async function fill(db: PGlite): Promise<void> {
  await db.exec(DONE_TABLE);
  for (const { name, sha256, text } of await readMigrations(migrationsFolder())) {
    await db.transaction(async (tx) => {
      await tx.exec(text);
      await tx.query(DONE_INSERT, [name, sha256, Date.now()]);
    });
  }
}

/** Of other tables or another database: nothing starts from them any more. */
async function removeOlder(target: string): Promise<void> {
  const folder = path.dirname(target);
  const older = (await readdir(folder)).filter((name) => /^pgdata-.*\.tar\.gz$/u.test(name) && name !== path.basename(target));
  for (const name of older) await rm(path.join(folder, name), { force: true });
}

const target = process.argv[2];
if (target === undefined) {
  process.stderr.write('usage: make-template TARGET\n');
  process.exitCode = 2;
} else {
  await makeTemplate(target);
}
