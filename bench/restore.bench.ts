import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCore } from '../packages/server/src/composition/core.ts';
import { requestEvent } from '../packages/server/src/domains/audit/test-ledger.ts';
import { loadConfig } from '../packages/server/src/platform/config/load.ts';
import { openFoundation } from '../packages/server/src/platform/foundation.ts';
import { HoldfastProcess, holdfast } from '../tests/support/holdfast-process.ts';
import { report } from './report.ts';

/**
 * How long it takes until a restored installation answers: a ledger of blocked requests, one encrypted backup of it, that backup
 * restored into an empty folder with every record verified, and the first ready document of a server on it.
 */
const EVENTS = Number(process.env['HOLDFAST_BENCH_EVENTS'] ?? 200_000);
// It is no setting: the processes that are measured refuse names that they do not know.
delete process.env['HOLDFAST_BENCH_EVENTS'];
const BATCH = 1000;
/** Five minutes for a million records: what the design asks of recovery. */
const BUDGET_MS_PER_MILLION = 300_000;
const PASSPHRASE = 'elf kalte Löffel im Schrank';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const at = (name: string): string => join(folder, name);
const pass = ['--passphrase-file', at('pass')];

async function timed<Result>(act: () => Promise<Result>): Promise<{ readonly result: Result; readonly ms: number }> {
  const began = performance.now();
  const result = await act();
  return { result, ms: Math.round(performance.now() - began) };
}

async function run(dataDir: string, ...words: string[]): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout, stderr } = await holdfast([...words, '--json', '--quiet', '--yes', '--data-dir', dataDir]);
  if (code !== 0) throw new Error(`assertion: ${words.join(' ')} ends well: ${stderr}${stdout}`);
  return (JSON.parse(stdout) as { readonly data: Readonly<Record<string, unknown>> }).data;
}

/** Through the intake that gateways tell, waiting for the disk after each batch. */
async function fill(dataDir: string): Promise<number> {
  const { config } = loadConfig({ folder, environment: {}, flags: new Map([['dataDir', dataDir]]) });
  const foundation = await openFoundation(config, { writesLog: false });
  const core = await openCore(foundation);
  const now = Date.now();
  for (let from = 0; from < EVENTS; from += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, EVENTS - from) }, (_none, index) =>
      requestEvent(from + index, { time: now - EVENTS + from + index, outcome: 'blocked', reason: 'sqli.tautology' }),
    );
    core.audit.ingest(events, 0);
    await core.audit.settle();
  }
  const { size } = core.audit.status();
  await foundation.stack.disposeAsync();
  return size;
}

writeFileSync(at('pass'), PASSPHRASE, { mode: 0o600 });
const filled = await timed(async () => fill(at('original')));
const made = await timed(async () => run(at('original'), 'backup', 'create', at('b.age'), ...pass));
const restored = await timed(async () =>
  run(at('restored'), 'backup', 'restore', at('b.age'), '--root-key', join(at('original'), 'keys', 'root.key'), ...pass),
);
const served = await timed(async () => HoldfastProcess.start({ dataDir: at('restored') }));
const verified = await served.result.cli('audit', 'verify');
await served.result.kill('SIGTERM');
const backMs = restored.ms + served.ms;
report({
  name: 'restore',
  budget: `restored and serving within ${BUDGET_MS_PER_MILLION / 1000} s for each million records`,
  ok: verified.code === 0 && backMs <= (BUDGET_MS_PER_MILLION * filled.result) / 1_000_000,
  results: {
    records: filled.result,
    fillMs: filled.ms,
    backupMs: made.ms,
    backupMib: Math.round(statSync(at('b.age')).size / 1_048_576),
    restoreMs: restored.ms,
    readyMs: served.ms,
    backMs,
    perMillionSeconds: Math.round((backMs / filled.result) * 1000),
  },
});
rmSync(folder, { recursive: true, force: true });
