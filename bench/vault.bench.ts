import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'node:http';
import { serveApi } from '../packages/server/src/api/serve.ts';
import { servedVault } from '../packages/server/src/api/vault/open-vault.ts';
import { openCore } from '../packages/server/src/composition/core.ts';
import { createVaultApi } from '../packages/server/src/composition/vault.ts';
import { loadConfig } from '../packages/server/src/platform/config/load.ts';
import { openFoundation } from '../packages/server/src/platform/foundation.ts';
import { median, report } from './report.ts';

/**
 * Reads of secrets as a Vault client makes them: HTTP over connections that are kept, a token of a service account, a grant, a
 * record that is durable before the value is given. The clients run in this process too, so the figure is a floor.
 */
const SECRETS = 200;
const AT_ONCE = 64;
const READS = 4000;
const ROUNDS = 5;
const BUDGET_PER_SECOND = 2000;

const dataDir = await mkdtemp(join(tmpdir(), 'hf-bench-vault-'));
const flags = new Map([['dataDir', dataDir]]);
const { config } = loadConfig({ file: null, folder: dataDir, environment: {}, flags });
const foundation = await openFoundation(config, { writesLog: false });
const core = await openCore(foundation);
foundation.bus.start();
const operator = { kind: 'operator', ref: 'host:0' } as const;
const host = { principal: { actor: operator, permissions: 'all' }, purpose: 'bench', via: 'api' } as const;
const { secrets, grants } = core.secrets;
for (let at = 0; at < SECRETS; at += 1) {
  const ref = { application: 'secret', environment: 'production', name: `S${at}` };
  await secrets.write(ref, { data: { user: 'shop', password: 'x'.repeat(32) } }, host);
}
const { token } = await core.domains.identity.createToken({ name: 'app', permissions: ['secret:reveal'], days: 1 }, operator);
await grants.give(
  { application: 'secret', environment: 'production', name: 'S*', to: { kind: 'account', name: 'app' } },
  operator,
);
const place = { kind: 'tcp', host: '127.0.0.1', port: 0, tls: null } as const;
const served = await serveApi(servedVault(createVaultApi(core)), place);
const [hostname, port] = served.address.split(':');
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

async function read(at: number): Promise<boolean> {
  const path = `/v1/secret/data/production/S${at % SECRETS}`;
  return new Promise((settle, fail) => {
    const outgoing = request({ host: hostname, port, path, agent, headers: { 'x-vault-token': token } }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('end', () => settle(incoming.statusCode === 200 && text.includes('"user":"shop"')));
    });
    outgoing.once('error', fail);
    outgoing.end();
  });
}

let good = 0;
async function reader(first: number, count: number): Promise<number[]> {
  const tookMs: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const began = performance.now();
    if (await read(first + at * 7)) good += 1;
    tookMs.push(performance.now() - began);
  }
  return tookMs;
}

const before = core.audit.status().size;
const cpuBefore = process.cpuUsage();
const rates: number[] = [];
let last: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const began = performance.now();
  const took = await Promise.all(Array.from({ length: AT_ONCE }, async (_, first) => reader(first, Math.ceil(READS / AT_ONCE))));
  last = took.flat().toSorted((one, other) => one - other);
  rates.push(last.length / ((performance.now() - began) / 1000));
}
const recorded = core.audit.status().size - before;
const cpu = process.cpuUsage(cpuBefore);
const asked = ROUNDS * AT_ONCE * Math.ceil(READS / AT_ONCE);
const perSecond = Math.round(median(rates));
const hundredths = (value: number): number => Math.round(value * 100) / 100;
report({
  name: 'vault',
  budget: `${BUDGET_PER_SECOND.toLocaleString('en')} reads of secrets a second through the Vault API over kept connections, each durable in the ledger before it is given`,
  ok: perSecond >= BUDGET_PER_SECOND && good === asked && recorded >= good,
  results: {
    perSecond,
    // Of clients, server and database together: what a busy machine does not change.
    cpuMsPerRead: hundredths((cpu.user + cpu.system) / 1000 / asked),
    atOnce: AT_ONCE,
    reads: good,
    recorded,
    p50Ms: hundredths(median(last)),
    p99Ms: hundredths(last[Math.floor(last.length * 0.99)] ?? 0),
  },
});
agent.destroy();
await served.close();
await foundation.stack.disposeAsync();
await rm(dataDir, { recursive: true, force: true });
