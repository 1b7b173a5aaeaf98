import type { KeyVerify } from '@holdfast/contract';
import { runTrial, type RestoredPlane, type TrialParts } from '../../domains/incidents/index.ts';
import { openControlPlane } from '../../main.ts';
import type { Config } from '../../platform/config/schema.ts';
import { openProvider } from '../../platform/keyring/seal/open-provider.ts';
import { openEmptyDatabase } from './empty-database.ts';
import type { TrialTask } from './trial-runner.ts';

/** In the environment of this process alone, because settings hold references and no URLs. */
const NAMED = 'TRIAL_DATABASE_URL';

/** One trial, told over the channel and answered there. It ends with whoever began it. */
process.once('message', (message) => void carryOut(message as TrialTask));
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));

async function carryOut(task: TrialTask): Promise<void> {
  const { request, folder, databaseUrl } = task;
  const nowMs = (): number => performance.now();
  const plane: TrialParts['withPlane'] = (place, run) => withPlane(task, place, run);
  const named = databaseUrl === null ? null : await openEmptyDatabase(databaseUrl);
  if (named !== null) process.env[NAMED] = named.url;
  const database = named === null ? {} : { database: { kind: 'postgres', url: named.url } as const };
  const report = await runTrial(request, { folder, nowMs, withPlane: plane, ...database });
  await named?.clear();
  process.send?.(report, () => process.disconnect());
}

/** The control plane as commands open it: no listener, no schedule, and a database of its own. Null = its keys need people. */
async function withPlane<Result>(
  task: TrialTask,
  dataDir: string,
  run: (plane: RestoredPlane) => Promise<Result>,
): Promise<Result | null> {
  const config = { ...task.config, dataDir };
  const provider = await openProvider({ dataDir: config.dataDir, settings: config.keyring, environment: process.env });
  if (provider.wants !== null) {
    const root = await provider.fetch();
    if (root === null) return null;
    root.bytes.fill(0);
  }
  const restored: Config = {
    ...config,
    database: { ...config.database, url: task.databaseUrl === null ? null : `env:${NAMED}` },
    keyring: { ...config.keyring, file: provider.kind === 'file' ? task.rootKeyFile : config.keyring.file },
  };
  const plane = await openControlPlane({ config: restored, origins: new Map(), file: null });
  try {
    const call = async (method: string, path: string): Promise<unknown> => {
      const answer = await plane.api.fetch(new Request(`http://localhost${path}`, { method, headers: { host: 'localhost' } }));
      if (!answer.ok) throw new RangeError(`${path} answers ${answer.status}`);
      return answer.json();
    };
    // Answers of our own API, whose shapes its own tests hold it to.
    return await run({
      head: async () => (await call('GET', '/api/v1/audit/checkpoint')) as { note: string; size: number },
      consistency: async (from, to) =>
        ((await call('GET', `/api/v1/audit/proof/consistency?from=${from}&to=${to}`)) as { hashes: string[] }).hashes,
      async unopened() {
        const { samples } = (await call('POST', '/api/v1/keys/verify')) as Pick<KeyVerify, 'samples'>;
        return samples.filter(({ opens }) => !opens).map(({ area, key }) => `${area}, under key ${key}`);
      },
    });
  } finally {
    await plane.close();
  }
}
