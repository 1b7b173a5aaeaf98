import { controlEvents, type HealthView } from '@holdfast/contract';
import { createApi } from './api/create-api.ts';
import type { Api } from './api/route.ts';
import { declaredIn } from './domains/applications/index.ts';
import { addressText, startLink } from './gateway/link/open-link.ts';
import { openAdministration, openedOnes } from './composition/administration.ts';
import { openServedCertificates } from './composition/certificates.ts';
import { openCore, type Core } from './composition/core.ts';
import { declareApplications } from './composition/declare.ts';
import { drainAtEnd, untilEnded } from './composition/ended.ts';
import { connectGateway } from './composition/gateway.ts';
import type { Running, ServeIo } from './composition/running.ts';
import { keyStep, recordUnsealing } from './composition/seal.ts';
import { createSealedFront, pinPlaces, type SealedFront } from './composition/sealed-front.ts';
import { startUpkeep } from './composition/upkeep.ts';
import type { LoadedConfig } from './platform/config/load.ts';
import type { Config } from './platform/config/schema.ts';
import { openFoundation, type FoundationOptions } from './platform/foundation.ts';
import type { AwaitRoot } from './platform/keyring/seal/root-at-start.ts';
import { guardProcess } from './platform/process-guard.ts';
import { readVersion } from './platform/version.ts';

export type { ProgressEvent, SealedEvent } from './composition/running.ts';

export interface ControlPlane {
  readonly api: Api;
  readonly close: () => Promise<void>;
}

/** For commands while no server runs: the same API in this process, under the lock of the data directory, no listeners. */
export async function openControlPlane(loaded: LoadedConfig, awaitRoot?: AwaitRoot): Promise<ControlPlane> {
  const options = { writesLog: false, configFile: loaded.file, ...(awaitRoot === undefined ? {} : { awaitRoot }) };
  return withCore(loaded.config, options, async (core) => {
    const { domains, apiParts, log, stack } = core;
    await domains.applications.applyDeclared(declaredIn(loaded.config));
    const health: HealthView = { live: true, started: true, ready: false, reasons: ['the server is not running'] };
    const system = core.system({ health: () => health, listeners: () => [], gateway: () => null });
    const trust = { kind: 'host-operator', uid: process.getuid?.() ?? 0 } as const;
    const parts = { domains, system, ...apiParts, log, trust };
    return { api: createApi(parts), close: () => stack.disposeAsync() };
  });
}

/** Everything, serving: resolves when the ports are open. */
export async function serve(loaded: LoadedConfig, io: ServeIo): Promise<Running> {
  for (const detail of (await guardProcess()).gaps) io.progress({ kind: 'warning', step: 'memory', detail });
  const first = await start(loaded, io, { staySealed: false });
  return { ...first.running, done: untilStopped(first, loaded, io) };
}

/** Put away, everything is closed as at an end; and the same ports wait for the keys, and serve again. */
async function untilStopped(first: Started, loaded: LoadedConfig, io: ServeIo): Promise<void> {
  let current = first;
  while ((await current.ended) === 'sealed') {
    const config = pinPlaces(loaded.config, current.running.addresses);
    try {
      current = await start({ ...loaded, config }, io, { staySealed: true });
    } catch (error) {
      if (io.signal.aborted) return;
      throw error;
    }
  }
}

interface Started {
  readonly running: Omit<Running, 'done'>;
  readonly ended: Promise<'stopped' | 'sealed'>;
}

async function start(loaded: LoadedConfig, io: ServeIo, { staySealed }: { staySealed: boolean }): Promise<Started> {
  await using front = createSealedFront(loaded.config, io);
  const options = { writesLog: true, configFile: loaded.file, staySealed, awaitRoot: front.awaitRoot };
  return await withCore(loaded.config, options, async (opened) => {
    const core = { ...opened, config: front.pin(opened.config) };
    if (front.unsealing !== null) await recordUnsealing(core, front.unsealing);
    return startServing(core, loaded, { ...io, front });
  });
}

/** What was opened before a failure is closed again. */
type Run<Result> = (core: Core) => Promise<Result>;
async function withCore<Result>(config: Config, options: FoundationOptions, run: Run<Result>): Promise<Result> {
  const foundation = await openFoundation(config, options);
  try {
    return await run(await openCore(foundation));
  } catch (error) {
    await foundation.stack.disposeAsync();
    throw error;
  }
}

/** Listeners last, so that nothing is served before everything behind it stands; closed in the reverse order. */
async function startServing(core: Core, { origins, file }: LoadedConfig, io: ServeIo & { front: SealedFront }): Promise<Started> {
  const { config, dataDir, db, bus, audit, domains } = core;
  const { signal, progress } = io;
  progress({ kind: 'done', step: 'database ready', detail: db.kind, elapsedMs: core.databaseMs });
  progress({ kind: 'done', ...keyStep(core) });
  progress({ kind: 'done', step: 'ledger open', detail: `${audit.status().size} records` });
  const { declared, mode, isDemo } = await declareApplications(core, { progress, origins });
  await domains.protection.declareAllows(config.bans.allow);
  const names = new Set([...config.host, ...config.vault.hosts, ...declared.flatMap(({ hosts }) => hosts ?? [])]);
  const served = await openServedCertificates(core, [...names]);
  const link = await connectGateway(core);
  // What was sealed until now answers up to this moment.
  await io.front.close();
  const bound = await startLink(
    link,
    await domains.protection.snapshots.refresh('system.started', { kind: 'system', ref: 'holdfast' }),
  );
  drainAtEnd(core, link);
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
  const running = {
    addresses: { ...addresses, ...admin.addresses },
    applications: declared.map(({ id }) => id),
    mode,
    isDemo,
    dataDir,
    isNew: core.isNew,
    setupLink: admin.setupLink,
  };
  return { running, ended: untilEnded(signal, core) };
}
