import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../log.ts';
import { openDatabase } from './database.ts';

const LOOPS = 3;

/** Writes numbers one transaction each and says which are acknowledged, until it is killed. */
const writer = `
  const { openDatabase } = await import(process.argv[1]);
  const { silentLog } = await import(process.argv[2]);
  const db = await openDatabase({ kind: 'embedded', dataDir: process.argv[3] }, silentLog);
  await db.query('create table if not exists kept (n bigint primary key, filler text)');
  const [row] = await db.query('select coalesce(max(n), 0) as n from kept');
  for (let n = Number(row.n) + 1; ; n += 1) {
    await db.query('insert into kept values ($1, $2)', [n, 'x'.repeat(500)]);
    process.stdout.write(n + '\\n');
  }
`;

test('a process killed while it writes loses nothing that was acknowledged', async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'hf-kill-'));
  for (let loop = 0; loop < LOOPS; loop += 1) {
    const acknowledged = await writeUntilKilled(dataDir, 50 + loop * 37);
    const db = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
    expect(db.rebuilt).toBe(false);
    const [row] = await db.query<{ n: number; most: number }>('select count(*) as n, max(n) as most from kept');
    expect(row?.most).toBeGreaterThanOrEqual(acknowledged);
    expect(row?.n).toBe(row?.most);
    await db.close();
  }
  await rm(dataDir, { recursive: true, force: true });
}, 120_000);

async function writeUntilKilled(dataDir: string, killAfter: number): Promise<number> {
  const modules = [import.meta.resolve('./database.ts'), import.meta.resolve('../log.ts')];
  const flags = ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning', '--input-type=module'];
  const child = spawn(process.execPath, [...flags, '-e', writer, ...modules, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  let last = 0;
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      last = Number(line);
      seen += 1;
    }
    if (seen >= killAfter) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(seen).toBeGreaterThanOrEqual(killAfter);
  return last;
}
