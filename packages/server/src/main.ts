import { controlEvents, type HealthView } from '@holdfast/contract';
import { createApi } from './api/create-api.ts';
import type { Api } from './api/route.ts';
import { declaredIn } from './domains/applications/index.ts';
import { addressText, startLink } from './gateway/link/open-link.ts';
import { openAdministration, openedOnes } from './composition/administration.ts';
import { openServedCertificates } from './composition/certificates.ts';
import { openCore, type Core } from './composition/core.ts';
import { declareApplications } from './composition/declare.ts';
import { connectGateway } from './composition/gateway.ts';
import { startUpkeep } from './composition/upkeep.ts';
import type { LoadedConfig } from './platform/config/load.ts';
import { openFoundation } from './platform/foundation.ts';
import { readVersion } from './platform/version.ts';

/** Requests under way get this long to finish; the process manager usually kills after 30 s. */
const DRAIN_MS = 25_000;

/** One thing that starting has finished, or met. */
export interface ProgressEvent {
  readonly kind: 'done' | 'warning';
  readonly step: string;
  readonly detail: string;
  readonly elapsedMs?: number;
}

export interface ServeIo {
  readonly progress: (event: ProgressEvent) => void;
  /** Aborted with the name of the signal as its reason: drain and stop. */
  readonly signal: AbortSignal;
}

export interface ControlPlane {
  readonly api: Api;
  readonly close: () => Promise<void>;
}

export interface Running {
  readonly addresses: Readonly<Record<'https' | 'http' | 'plain' | 'admin' | 'vault', string | null>>;
  readonly applications: readonly string[];
  readonly mode: string;
  readonly isDemo: boolean;
  readonly dataDir: string;
  readonly isNew: boolean;
  /** For the first administrator, as long as there is none: whoever opens it first becomes the owner. */
  readonly setupLink: string | null;
  /** Resolves when everything is closed after the signal. */
  readonly done: Promise<void>;
}

/** For commands while no server runs: the same API in this process, under the lock of the data directory, no listeners. */
export async function openControlPlane({ config }: Pick<LoadedConfig, 'config'>): Promise<ControlPlane> {
  return withCore({ config, writesLog: false }, async (core) => {
    const { domains, peoplePort: people, maintenance, log, stack } = core;
    await domains.applications.applyDeclared(declaredIn(config));
    const health: HealthView = { live: true, started: true, ready: false, reasons: ['the server is not running'] };
    const system = core.system({ health: () => health, listeners: () => [], gateway: () => null });
    const trust = { kind: 'host-operator', uid: process.getuid?.() ?? 0 } as const;
    const { secrets, advice, keys } = core;
    const parts = { domains, system, people, secrets, advisor: advice.advisor, keys: keys.care, maintenance, log, trust };
    return { api: createApi(parts), close: () => stack.disposeAsync() };
  });
}

/** Everything, serving: resolves when the ports are open. */
export async function serve(loaded: LoadedConfig, io: ServeIo): Promise<Running> {
  return withCore({ config: loaded.config, writesLog: true }, (core) => startServing(core, loaded, io));
}

/** What was opened before a failure is closed again. */
async function withCore<Result>(
  options: { config: LoadedConfig['config']; writesLog: boolean },
  run: (core: Core) => Promise<Result>,
): Promise<Result> {
  const foundation = await openFoundation(options.config, options);
  try {
    return await run(await openCore(foundation));
  } catch (error) {
    await foundation.stack.disposeAsync();
    throw error;
  }
}

/** Listeners last, so that nothing is served before everything behind it stands; closed in the reverse order. */
async function startServing(core: Core, { origins, file }: LoadedConfig, io: ServeIo): Promise<Running> {
  const { config, dataDir, db, bus, stack, audit, domains, keyring } = core;
  const { signal, progress } = io;
  progress({ kind: 'done', step: 'database ready', detail: db.kind, elapsedMs: core.databaseMs });
  progress({
    kind: 'done',
    step: keyring.isNew ? 'keys created' : 'keys opened',
    detail: `${keyring.rootKeyFile}, mode 0600: keep a copy apart from backups`,
  });
  progress({ kind: 'done', step: 'ledger open', detail: `${audit.status().size} records` });
  const { declared, mode, isDemo } = await declareApplications(core, { progress, origins });
  await domains.protection.declareAllows(config.bans.allow);
  const names = new Set([...config.host, ...config.vault.hosts, ...declared.flatMap(({ hosts }) => hosts ?? [])]);
  const served = await openServedCertificates(core, [...names]);
  const link = await connectGateway(core);
  const bound = await startLink(
    link,
    await domains.protection.snapshots.refresh('system.started', { kind: 'system', ref: 'holdfast' }),
  );
  stack.defer(() => link.close(DRAIN_MS));
  domains.protection.snapshots.onSnapshot((snapshot) => link.push(snapshot));
  const at = bound.https ?? bound.plain;
  const addresses = {
    https: addressText('https', bound.https),
    http: addressText('http', bound.http),
    plain: addressText('http', bound.plain),
  };
  const listeners = openedOnes(addresses);
  const health = (): HealthView => ({
    live: true,
    started: true,
    ready: !signal.aborted,
    reasons: signal.aborted ? ['draining'] : core.troubles(),
  });
  const system = core.system({
    health,
    listeners: () => listeners,
    gateway: () => (at === null ? null : { at, secure: bound.https !== null }),
  });
  const admin = await openAdministration(core, { certificates: served.certificates.supply, system, addresses });
  listeners.push(...openedOnes(admin.addresses));

  const started = { version: readVersion(), runtime: process.version, mode, workers: config.workers };
  await bus.record(bus.newEvent(controlEvents.systemStarted, { payload: started }));
  bus.start();
  domains.protection.start();
  await startUpkeep(core, served, file);
  return {
    addresses: { ...addresses, ...admin.addresses },
    applications: declared.map(({ id }) => id),
    mode,
    isDemo,
    dataDir,
    isNew: core.isNew,
    setupLink: admin.setupLink,
    done: stopOn(signal, core),
  };
}

async function stopOn(signal: AbortSignal, { bus, stack }: Core): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  const payload = { signal: String(signal.reason).slice(0, 32) };
  // A full disk must not keep the process from stopping.
  await bus.record(bus.newEvent(controlEvents.systemStopped, { payload })).catch(() => undefined);
  await stack.disposeAsync();
}
