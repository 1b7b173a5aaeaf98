import { randomBytes } from 'node:crypto';
import type {
  AllowInput,
  AllowView,
  BanInput,
  BanView,
  BypassInput,
  BypassView,
  CspObservations,
  CspSuggestion,
  EventRecord,
  ExceptionInput,
  ExceptionView,
  Page,
  PageQuery,
  RollbackInput,
  SnapshotCurrent,
} from '@holdfast/contract';
import type { Bus } from '../../platform/bus/bus.ts';
import { Refusal } from '../../platform/refusal.ts';
import { createUlid } from '../../platform/ulid.ts';
import type { Actor } from '../applications/index.ts';
import * as bans from './bans/bans.ts';
import * as bypass from './bypass.ts';
import { readAllowPrefixes } from './bans/ban-store.ts';
import { tablesOf, type ProtectionParts } from './change.ts';
import { createCspObserver } from './csp/csp-observations.ts';
import { suggestCsp } from './csp/csp-rules.ts';
import * as exceptions from './exceptions/exceptions.ts';
import { rollBack } from './snapshots/rollback.ts';
import { createSnapshots, type Snapshots, type SnapshotsParts } from './snapshots/snapshots.ts';
import { createIsolations } from './isolations/create-isolations.ts';
import type { Isolations } from './isolations/isolations.ts';
import { createPatches, type Patches } from './patches/patches.ts';
import { createSweeper } from './sweeper.ts';
import { createLearning, type Learning } from './learning/learning.ts';
import type { Vault } from './tuning/vault.ts';
import { createTuning, type Tuning } from './tuning/tuning.ts';

interface ProtectionOptions extends SnapshotsParts {
  readonly bus: Bus;
  readonly vault: Vault;
}

/** What the gateway enforces: bans, allow-list, break-glass, exceptions, and the snapshots that carry all of it down. */
export interface Protection extends AsyncDisposable {
  addBan(input: BanInput, actor: Actor): Promise<BanView>;
  removeBan(prefix: string, actor: Actor): Promise<void>;
  listBans(query: bans.ListQuery): Promise<Page<BanView>>;
  addAllow(input: AllowInput, actor: Actor): Promise<AllowView>;
  removeAllow(prefix: string, actor: Actor): Promise<void>;
  listAllows(query: bans.AllowQuery): Promise<Page<AllowView>>;
  /** All of it, as the configuration writes it. */
  readAllowList(): Promise<string[]>;
  declareAllows(prefixes: readonly string[]): Promise<void>;
  showBypass(): Promise<BypassView>;
  startBypass(input: BypassInput, actor: Actor): Promise<BypassView>;
  endBypass(actor: Actor): Promise<void>;
  addExceptions(inputs: readonly ExceptionInput[], by: exceptions.ExceptionBy): Promise<ExceptionView[]>;
  removeException(id: string, actor: Actor): Promise<void>;
  listExceptions(query: PageQuery & { readonly application?: string | undefined }): Promise<Page<ExceptionView>>;
  readonly snapshots: Pick<
    Snapshots,
    'current' | 'show' | 'history' | 'stateAt' | 'onSnapshot' | 'refresh' | 'settled' | 'follow'
  >;
  rollBack(input: RollbackInput, actor: Actor): Promise<SnapshotCurrent>;
  /** Every event of the gateway passes here; what is not about content security policies is ignored. */
  observe(event: EventRecord): void;
  cspObservations(application: string): Promise<CspObservations>;
  suggestCsp(application: string): Promise<CspSuggestion>;
  /** Learns from the same events. */
  readonly tuning: Tuning;
  /** Schemas learned from honest requests. */
  readonly learning: Learning;
  /** Small rules that close one hole each. */
  readonly patches: Patches;
  /** What is cut off. */
  readonly isolations: Isolations;
  /** Ends, and records the end of, what has run out of time; runs by itself each second after `start`. */
  sweep(): Promise<void>;
  start(): void;
}

export function createProtection(options: ProtectionOptions): Protection {
  const { db, bus, clock, log, applications, access } = options;
  const snapshots = createSnapshots(options);
  const changed: ProtectionParts['changed'] = (cause, actor) => snapshots.changed(cause, actor);
  applications.onChange(changed);
  access?.onChange(changed);
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  const parts: ProtectionParts = { db, bus, clock, newId, changed };
  const observer = createCspObserver({ db, clock });
  const tuning = createTuning({ ...parts, applications, vault: options.vault });
  const patches = createPatches({ ...parts, applications, vault: options.vault, flush: async () => tuning.flush() });
  const learning = createLearning({ ...parts, applications, log, seen: tuning.seen });
  const isolations = createIsolations({ ...parts, applications });
  const sweeper = createSweeper(parts, log, async () => {
    await isolations.sweep();
    await patches.sweep();
    await tuning.sweep();
  });
  return {
    addBan: async (input, actor) => bans.addBan(parts, input, actor),
    removeBan: async (prefix, actor) => bans.removeBan(parts, prefix, actor),
    listBans: async (query) => bans.listBans(parts, query),
    addAllow: async (input, actor) => bans.addAllow(parts, input, actor),
    removeAllow: async (prefix, actor) => bans.removeAllow(parts, prefix, actor),
    listAllows: async (query) => bans.listAllows(parts, query),
    readAllowList: async () => (await readAllowPrefixes(tablesOf(db))).toSorted(),
    declareAllows: async (prefixes) => bans.declareAllows(parts, prefixes),
    showBypass: async () => bypass.showBypass(parts),
    startBypass: async (input, actor) => bypass.startBypass(parts, input, actor),
    endBypass: async (actor) => bypass.endBypass(parts, actor),
    async addExceptions(inputs, by) {
      const known = new Set((await applications.list()).map(({ application }) => application.id));
      const errors = inputs.flatMap(({ application }) =>
        known.has(application) ? [] : [{ pointer: '/application', detail: 'no such application' }],
      );
      if (errors.length > 0) throw new Refusal('input-invalid', { errors });
      return exceptions.addExceptions(parts, inputs, by);
    },
    removeException: async (id, actor) => exceptions.removeException(parts, id, actor),
    listExceptions: async (query) => exceptions.listExceptions(parts, query),
    snapshots,
    async rollBack(input, actor) {
      await rollBack({ ...parts, applications, access }, input, actor);
      await snapshots.refresh('snapshot.restored', actor);
      return snapshots.show();
    },
    observe(event) {
      observer.observe(event);
      tuning.observe(event);
      patches.observe(event);
    },
    tuning,
    learning,
    patches,
    isolations,
    cspObservations: async (application) => observer.read((await applications.get(application)).application.id),
    async suggestCsp(id) {
      const { application } = await applications.get(id);
      const { reports, inline } = await observer.read(id);
      return suggestCsp(application, reports, inline);
    },
    sweep: async () => sweeper.sweep(),
    start: () => sweeper.start(),
    async [Symbol.asyncDispose]() {
      const inOrder = [sweeper, snapshots, observer, tuning, patches, learning];
      for (const part of inOrder) await part[Symbol.asyncDispose]();
    },
  };
}
