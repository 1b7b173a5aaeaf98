import { parseTrust, verifyExport } from '@holdfast/ledger';
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestLedger,
  rejectEvent,
  requestEvent,
  type TestLedger,
} from '../../../packages/server/src/domains/audit/test-ledger.ts';
import { buildOracle } from '../../oracle/build.ts';

const build = mkdtempSync(join(tmpdir(), 'hf-export-oracle-'));
const oracle = buildOracle(build);
if (oracle === null) console.warn('SKIPPED: the Go verifier cannot be built here (needs golang-1.19-go and golang-1.19-src)');

let ledger: TestLedger;
let directory = '';
let size = 0;
const trustFile = join(build, 'trust');
beforeAll(async () => {
  ledger = await openTestLedger();
  const append = (from: number, to: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: to - from }, (_, n) =>
        ledger.audit.append(n % 3 === 0 ? requestEvent(from + n) : rejectEvent(from + n)),
      ),
    );
  await append(0, 700);
  await ledger.audit.rotateKey();
  await append(700, 1500);
  ({ directory, size } = await ledger.audit.export('march'));
  await writeFile(trustFile, ledger.audit.trust);
}, 120_000);
afterAll(async () => {
  await ledger[Symbol.asyncDispose]();
  await rm(build, { recursive: true, force: true });
});

function runGo(): { code: number; output: string } {
  try {
    return { code: 0, output: execFileSync(oracle ?? '', [directory, trustFile], { encoding: 'utf8', timeout: 60_000 }) };
  } catch (error) {
    // execFileSync reports a failed program with these two fields.
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, output: stdout };
  }
}
const runOwn = async () =>
  verifyExport(
    { read: (name) => readFile(join(directory, name)).catch(() => null) },
    parseTrust(await readFile(trustFile, 'utf8')),
  );

describe('an export of the running ledger, with a key rotated in between', () => {
  it('is verified with nothing but its files and the trust file', async () => {
    expect(size).toBeGreaterThan(1500);
    expect(await runOwn()).toMatchObject({ kind: 'verified', size });
  });

  it('is refused after one changed byte, naming the entry', async () => {
    const file = join(directory, 'tile/entries/002');
    const before = await readFile(file);
    const bytes = Buffer.from(before);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await writeFile(file, bytes);
    expect(await runOwn()).toMatchObject({ kind: 'failed', index: 512 });
    if (oracle !== null) expect(runGo()).toMatchObject({ code: 1, output: expect.stringContaining('failed entry 512') });
    await writeFile(file, before);
    expect(await runOwn()).toMatchObject({ kind: 'verified' });
  });

  it.skipIf(oracle === null)('is accepted by the independent Go verifier with the same size', () => {
    expect(runGo()).toMatchObject({ code: 0, output: expect.stringContaining(`verified size=${size} `) });
  });

  it('is never written over, and is itself a record', async () => {
    await expect(ledger.audit.export('march')).rejects.toMatchObject({ code: 'conflict' });
    const { items } = await ledger.audit.tail({ limit: 5, type: 'audit.exported' });
    expect(items).toMatchObject([{ target: 'march', payload: { size } }]);
    const rotated = await ledger.audit.tail({ limit: 5, type: 'ledger.key.rotated' });
    expect(rotated.items).toMatchObject([{ payload: { fromSize: 701 } }]);
  });
});
