import { createBallast } from './ballast.ts';
import { createBus, type Bus } from './bus/bus.ts';
import { systemClock, type Clock } from './clock.ts';
import { resolveReference } from './config/references.ts';
import type { Config } from './config/schema.ts';
import { prepareDataDir } from './data-dir.ts';
import { openDatabase, type Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { openKeyring, type Keyring } from './keyring/keyring.ts';
import type { RootKey } from './keyring/root-key.ts';
import { openProvider } from './keyring/seal/open-provider.ts';
import type { RootKeyProvider } from './keyring/seal/provider.ts';
import { rootAtStart, type AwaitRoot } from './keyring/seal/root-at-start.ts';
import { finishSealChange } from './keyring/seal/seal-with.ts';
import { assertSameRing, joinSharedRing, readSharedRing } from './keyring/shared-ring.ts';
import { openSubjectKeys, type SubjectKeys } from './keyring/subject-keys.ts';
import { lockDataDir } from './lock.ts';
import { silentLog, type Log } from './log.ts';
import { openLog } from './log-sinks.ts';
import { alone, type Nodes } from './nodes/nodes.ts';
import type { NodesParts } from './nodes/open-nodes.ts';

/** What every domain stands on, opened in the only safe order and closed in the reverse one. */
export interface Foundation extends AsyncDisposable {
  readonly config: Config;
  readonly dataDir: string;
  /** The file of settings that was read; null = none, or nobody said. */
  readonly configFile: string | null;
  readonly isNew: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Keyring;
  /** Who keeps the root key. */
  readonly provider: RootKeyProvider;
  readonly subjectKeys: SubjectKeys;
  readonly db: Database;
  readonly databaseMs: number;
  readonly bus: Bus;
  readonly nodes: Nodes;
  /** Closed after what was opened on this foundation, in reverse order. */
  readonly stack: AsyncDisposableStack;
}

export interface FoundationOptions {
  /** Serving processes write the log and are a node among others; short commands are neither. */
  readonly writesLog: boolean;
  readonly configFile?: string | null;
  /** Left out: without its root key nothing is opened. */
  readonly awaitRoot?: AwaitRoot;
  /** Somebody put the keys away, so they do not come by themselves. */
  readonly staySealed?: boolean;
}

/**
 * Data directory and its lock, then the keys (a wrong key changes nothing), then the database. A new data directory on a
 * database that other nodes use takes their keys, so there the database is asked first. Whatever fails, what was opened
 * before it is closed again.
 */
export async function openFoundation(config: Config, options: FoundationOptions): Promise<Foundation> {
  const { writesLog } = options;
  await using opening = new AsyncDisposableStack();
  const clock = systemClock;
  const { root: dataDir, isNew } = await prepareDataDir(config.dataDir);
  opening.use(await lockDataDir(dataDir));
  const log = writesLog
    ? opening.use(openLog({ dataDir, level: config.log.level, format: config.log.format, stderr: process.stderr })).log
    : silentLog;
  const { provider, root } = await findRoot({ config, dataDir, clock, log }, options);
  const database = databaseOptions(config, dataDir);
  let connected: Database | null = null;
  const connect = async (): Promise<Database> => (connected ??= opening.use(await openDatabase(database, log)));
  const readShared = async (): Promise<string | null> => readSharedRing(await connect());
  const isShared = database.kind === 'postgres';
  const keyring = await openKeyring({ dataDir, file: config.keyring.file, root, readShared: isShared ? readShared : null });
  if (provider.kind !== 'file' && (await finishSealChange({ id: keyring.rootId }, { dataDir })))
    log.warn({ root_key: keyring.rootId }, 'a key file that a crash had left beside the new form was removed');
  opening.defer(() => keyring.nonces.settle());
  const subjectKeys = await openSubjectKeys({ dataDir, keyring });
  opening.defer(() => subjectKeys.close());
  if (writesLog) opening.use(await createBallast({ dataDir, bytes: config.audit.ballastBytes, log }));
  const began = clock.monotonicMs();
  const db = await connect();
  if (isShared) assertSameRing(await readShared(), keyring.ring);
  const nodes =
    database.kind === 'postgres' && writesLog
      ? opening.use(await joinNodes({ url: database.url, node: config.node, db, log }))
      : alone;
  await migrate({ db, clock, log });
  if (isShared) await joinSharedRing(db, keyring);
  const databaseMs = clock.monotonicMs() - began;
  const bus = opening.use(createBus({ db, clock, log, node: config.node, keyring }));
  const stack = opening.move();
  return {
    config,
    dataDir,
    configFile: options.configFile ?? null,
    isNew,
    clock,
    log,
    keyring,
    provider,
    subjectKeys,
    db,
    databaseMs,
    bus,
    nodes,
    stack,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function findRoot(
  { config, ...start }: { config: Config; dataDir: string; clock: Clock; log: Log },
  { awaitRoot, staySealed = false }: FoundationOptions,
): Promise<{ provider: RootKeyProvider; root: RootKey | null }> {
  const provider = await openProvider({ dataDir: start.dataDir, settings: config.keyring, environment: process.env });
  return { provider, root: await rootAtStart({ ...start, provider, awaitRoot: awaitRoot ?? null, staySealed }) };
}

/** Loaded only where it is used: most installations are embedded. */
async function joinNodes(parts: NodesParts): Promise<Nodes> {
  const { openNodes } = await import('./nodes/open-nodes.ts');
  return openNodes(parts);
}

function databaseOptions(config: Config, dataDir: string): Parameters<typeof openDatabase>[0] {
  if (config.database.url === null) return { kind: 'embedded', dataDir };
  const url = resolveReference(config.database.url, {
    environment: process.env,
    folder: process.cwd(),
    pointer: '/database/url',
  });
  return { kind: 'postgres', url };
}
