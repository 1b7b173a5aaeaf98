import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCore } from '../packages/server/src/composition/core.ts';
import { loadConfig } from '../packages/server/src/platform/config/load.ts';
import { openFoundation } from '../packages/server/src/platform/foundation.ts';
import { median, report } from './report.ts';

/** Reads of secrets through the domain as a program makes them: decided by a grant, opened, durable in the ledger, then given. */
const SECRETS = 200;
const AT_ONCE = 64;
const READS = 4000;
const ROUNDS = 5;
const BUDGET_PER_SECOND = 2000;

const dataDir = await mkdtemp(join(tmpdir(), 'hf-bench-secrets-'));
const flags = new Map([['dataDir', dataDir]]);
const { config } = loadConfig({ file: null, folder: dataDir, environment: {}, flags });
const foundation = await openFoundation(config, { writesLog: false });
const core = await openCore(foundation);
foundation.bus.start();
const { secrets, grants } = core.secrets;
const operator = { kind: 'operator', ref: 'host:0' } as const;
const host = { principal: { actor: operator, permissions: 'all' }, purpose: 'bench', via: 'api' } as const;
const account = await core.domains.identity.accounts.create(
  { name: 'app', purpose: 'bench', owner: null, applications: [] },
  operator,
);
const program = {
  principal: { actor: { kind: 'token', ref: 'bench' }, permissions: new Set(['secret:reveal'] as const), account },
  purpose: 'bench',
  via: 'api',
} as const;
const refs = Array.from({ length: SECRETS }, (_, at) => ({ application: 'secret', environment: 'production', name: `S${at}` }));
for (const ref of refs) await secrets.write(ref, { data: { user: 'shop', password: 'x'.repeat(32) } }, host);
await grants.give(
  { application: 'secret', environment: 'production', name: 'S*', to: { kind: 'account', name: 'app' } },
  operator,
);

/** Processor time of this process with its threads: what others do on the machine meanwhile is not in it. */
function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

let reads = 0;
async function reader(first: number, count: number): Promise<number[]> {
  const tookMs: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const ref = refs[(first + at * 7) % SECRETS];
    if (ref === undefined) throw new Error('assertion: the index is within the list');
    const began = performance.now();
    const { data } = await secrets.read(ref, program);
    tookMs.push(performance.now() - began);
    if (data['user'] === 'shop') reads += 1;
  }
  return tookMs;
}

const before = core.audit.status().size;
const rates: number[] = [];
const cpu: number[] = [];
const alone: number[] = [];
let slowest: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const began = performance.now();
  const cpuBegan = cpuNowMs();
  const took = await Promise.all(Array.from({ length: AT_ONCE }, async (_, first) => reader(first, Math.ceil(READS / AT_ONCE))));
  const all = took.flat().toSorted((one, other) => one - other);
  cpu.push((cpuNowMs() - cpuBegan) / all.length);
  rates.push(all.length / ((performance.now() - began) / 1000));
  slowest = all;
  alone.push(...(await reader(0, 100)));
}
const recorded = core.audit.status().size - before;
const round = (value: number): number => Math.round(value * 100) / 100;
const perSecond = Math.round(median(rates));
report({
  name: 'secrets',
  budget: `${BUDGET_PER_SECOND.toLocaleString('en')} reads of secrets a second, each decided, opened and durable in the ledger before it is given`,
  ok: perSecond >= BUDGET_PER_SECOND && recorded >= reads,
  results: {
    perSecond,
    cpuMsPerRead: Math.round(median(cpu) * 1000) / 1000,
    atOnce: AT_ONCE,
    reads,
    recorded,
    p50Ms: round(median(slowest)),
    p99Ms: round(slowest[Math.floor(slowest.length * 0.99)] ?? 0),
    aloneMs: round(median(alone)),
  },
});
await foundation.stack.disposeAsync();
await rm(dataDir, { recursive: true, force: true });
