import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { serveApi } from '../packages/server/src/api/serve.ts';
import { servedVault } from '../packages/server/src/api/vault/open-vault.ts';
import { openCore } from '../packages/server/src/composition/core.ts';
import { createVaultApi } from '../packages/server/src/composition/vault.ts';
import { loadConfig } from '../packages/server/src/platform/config/load.ts';
import { openFoundation } from '../packages/server/src/platform/foundation.ts';
import type { LoadResult } from './load.ts';
import { median, report } from './report.ts';
import type { VaultClientsOrder } from './vault-clients.ts';

/**
 * Reads of secrets as a Vault client makes them: HTTP over connections that are kept, a token of a service account, a grant, a
 * record that is durable before the value is given. The clients run in a process of their own, on the same cores.
 */
const SECRETS = 200;
const AT_ONCE = 64;
const SECONDS = 4;
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
const [, port] = served.address.split(':');

const paths = Array.from({ length: SECRETS }, (_, at) => `/v1/secret/data/production/S${at}`);
const first = await fetch(`http://${served.address}${paths[7]}`, { headers: { 'x-vault-token': token } });
if (!(await first.text()).includes('"user":"shop"')) throw new Error(`assertion: a secret is given: ${first.status}`);

async function readAll(): Promise<LoadResult> {
  const clients = fork(new URL('vault-clients.ts', import.meta.url), [], { execArgv: ['--conditions=@holdfast/source'] });
  const order: VaultClientsOrder = { port: Number(port), token, paths, connections: AT_ONCE, seconds: SECONDS };
  clients.send(order);
  const [result] = (await once(clients, 'message')) as [LoadResult];
  return result;
}

const before = core.audit.status().size;
const cpuBefore = process.cpuUsage();
const rounds: LoadResult[] = [];
for (let round = 0; round < ROUNDS; round += 1) rounds.push(await readAll());
const recorded = core.audit.status().size - before;
const cpu = process.cpuUsage(cpuBefore);
const reads = rounds.reduce((sum, round) => sum + round.requests, 0);
const failures = rounds.reduce((sum, round) => sum + round.failures, 0);
const perSecond = median(rounds.map((round) => round.perSecond));
report({
  name: 'vault',
  budget: `${BUDGET_PER_SECOND.toLocaleString('en')} reads of secrets a second through the Vault API over kept connections, each durable in the ledger before it is given`,
  ok: perSecond >= BUDGET_PER_SECOND && failures === 0 && recorded >= reads,
  results: {
    perSecond,
    rounds: rounds.map((round) => round.perSecond),
    // Of server and database together: what a busy machine does not change.
    cpuMsPerRead: Math.round((cpu.user + cpu.system) / 10 / reads) / 100,
    atOnce: AT_ONCE,
    reads,
    failures,
    recorded,
    p50Ms: median(rounds.map((round) => round.p50Ms)),
    p99Ms: median(rounds.map((round) => round.p99Ms)),
  },
});
await served.close();
await foundation.stack.disposeAsync();
await rm(dataDir, { recursive: true, force: true });
