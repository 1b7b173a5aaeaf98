import { controlEvents, type EventRecord } from '@holdfast/contract';
import { declaredIn } from '../domains/applications/index.ts';
import { watchConfig } from '../platform/config/watch.ts';
import { loadConfig } from '../platform/config/load.ts';
import { createJobs } from '../platform/jobs/jobs.ts';
import { LOCAL_CA_CHECK_MS } from '../platform/tls/open-certificates.ts';
import { startWatchdog } from '../platform/watchdog.ts';
import type { ServedCertificates } from './certificates.ts';
import type { Core } from './core.ts';
import { followKeys, KEY_CARE_EVERY_SECONDS } from './keyring.ts';

/** Often enough that a key is published nearly its whole hour before it signs. */
const KEYS_EVERY_SECONDS = 300;
const SWEEP_EVERY_SECONDS = 60;
const SECRETS_EVERY_SECONDS = 3600;
/** What was held because a scanner was away waits so long at most once it is back. */
const UPLOADS_EVERY_SECONDS = 15;
const DETECTION_EVERY_SECONDS = 10;
const BY_IDENTITY = { kind: 'system', ref: 'identity' } as const;

/** What runs beside the requests: renewal, expiry, the watchdog, and the configuration file when it changes. */
export async function startUpkeep(
  core: Core,
  { certificates, reporter }: ServedCertificates,
  configFile: string | null,
): Promise<void> {
  const { config, db, clock, log, stack, metrics, bus, domains } = core;
  const record = (event: EventRecord): void =>
    void bus.record(event).catch((error: unknown) => log.error({ err: error, type: event.type }, 'an event was not recorded'));
  const jobs = stack.use(
    createJobs({ db, clock, log, onRun: (name, outcome) => metrics.count('holdfast_jobs_total', [name, outcome]) }),
  );
  const { renewalJob } = certificates;
  // Each node has certificates of its own: what looks after them runs at each, the rest at whichever comes first.
  const here = (name: string): string => (db.kind === 'embedded' ? name : `${name} ${config.node}`);
  if (renewalJob !== null)
    jobs.every(here(renewalJob.name), renewalJob.everyMs / 1000, async () => void (await renewalJob.run()));
  jobs.every(here('tls.expiry'), LOCAL_CA_CHECK_MS / 1000, async () => {
    await certificates.refreshLocalCa();
    await reporter.reportExpiring(certificates.describe());
  });
  jobs.every('identity.keys', KEYS_EVERY_SECONDS, async () => {
    if (await domains.signingKeys.rotateIfDue()) await domains.protection.snapshots.refresh('identity.keys', BY_IDENTITY);
  });
  jobs.every('identity.sweep', SWEEP_EVERY_SECONDS, async () => {
    await domains.sessions.sweep();
    await domains.people.sweep();
    await domains.identity.accounts.sweep();
  });
  // Each node keeps files of its own.
  jobs.every(here('uploads'), UPLOADS_EVERY_SECONDS, async () => {
    if (!core.keyring.isSealed) await core.uploads.tick();
  });
  // Each node watches what happens at it.
  jobs.every(here('detection'), DETECTION_EVERY_SECONDS, async () => {
    if (!core.keyring.isSealed) await core.detection.tick();
  });
  jobs.every('secrets.history', SECRETS_EVERY_SECONDS, async () => core.secrets.forgetOld());
  jobs.every(here('keyring'), KEY_CARE_EVERY_SECONDS, async () => core.keys.care.look());
  // The ledger of each node has a key of its own; which node changes one that all share is settled by its claim.
  jobs.every(here('keys.own'), KEYS_EVERY_SECONDS, async () => core.secrets.ownKeys.tick());
  followKeys(core.keys, core);
  const { tokens, roles, wrapping } = core.vaultPort;
  jobs.every('vault.sweep', SWEEP_EVERY_SECONDS, async () => {
    for (const holder of [tokens, roles, wrapping]) await holder.sweep();
  });
  core.traffic.start();
  await core.secrets.start();
  await core.detection.start();
  await core.response.start();
  await jobs.start();
  stack.use(
    startWatchdog({
      clock,
      onStall: (stallMs) => record(bus.newEvent(controlEvents.processStalled, { payload: { stallMs } })),
      onClockJump: (jumpMs) => record(bus.newEvent(controlEvents.clockJumped, { payload: { jumpMs } })),
    }),
  );
  if (configFile !== null) followConfig(core, configFile, record);
}

/**
 * A changed file takes effect for what can change while serving: applications and the allow-list. Listeners, data directory
 * and the like take a restart. An invalid file changes nothing and is recorded.
 */
function followConfig({ stack, domains, bus, config }: Core, file: string, record: (event: EventRecord) => void): void {
  stack.use(
    watchConfig({
      file,
      load: () =>
        loadConfig({ file, folder: process.cwd(), environment: process.env, flags: new Map([['dataDir', config.dataDir]]) }),
      async onChange({ config: next }) {
        await domains.applications.applyDeclared(declaredIn(next));
        await domains.protection.declareAllows(next.bans.allow);
        const { digest } = await domains.protection.snapshots.show();
        record(bus.newEvent(controlEvents.configLoaded, { payload: { digest } }));
      },
      onRefused(refusal) {
        const faults = refusal.errors
          .slice(0, 50)
          .map(({ pointer, detail, line }) => `${pointer}${line === undefined ? '' : ` line ${line}`}: ${detail}`.slice(0, 512));
        record(bus.newEvent(controlEvents.configRefused, { payload: { faults }, outcome: 'refused' }));
      },
    }),
  );
}
