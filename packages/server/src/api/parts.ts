import type {
  AttackSourceQuery,
  AttackSources,
  Check,
  CheckpointView,
  ConsistencyView,
  EventCount,
  EventQuery,
  EventRecord,
  EventView,
  ExportView,
  HealthView,
  InclusionView,
  KeyRotate,
  KeyRotated,
  KeyringView,
  KeyVerify,
  Overview,
  Page,
  RewrapView,
  SelfTestView,
  SystemStatus,
  VerifyView,
  WatchHealth,
} from '@holdfast/contract';
import type { Access, Advisor, Principal } from '../domains/access/index.ts';
import type { Applications } from '../domains/applications/index.ts';
import type { Traffic } from '../domains/audit/index.ts';
import type { Alerts, Channels, Dormancy, Intel, Rules } from '../domains/detection/index.ts';
import type { ResponseRooms } from '../domains/incidents/index.ts';
import type { Admins, Identity, ObservedSignIns, Pages, People, Sessions } from '../domains/identity/index.ts';
import type { Protection, Uploads } from '../domains/protection/index.ts';
import type { DatabaseRoles, Leases, OwnKeys, Rotations, SecretsDomain } from '../domains/secrets/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { SealPort } from '../platform/keyring/seal/seal-port.ts';
import type { Log } from '../platform/log.ts';
import type { ConsoleFiles } from './console/files.ts';
import type { MaintenancePort } from './maintenance.ts';
import type { Streams } from './streams/streams.ts';
import type { VaultHandler } from './vault/create-vault.ts';

/** What the API asks of the ledger. */
export interface AuditPort {
  /** Newest first. */
  tail(query: EventQuery): Promise<Page<EventView> & { readonly searchedTo?: number | null }>;
  count(filter: Omit<EventQuery, 'cursor' | 'limit'>): Promise<EventCount>;
  /** Everything recorded of one request, also a plain allowed one that stands in memory only. */
  findByRequest(requestId: string): Promise<readonly EventView[]>;
  prove(index: number): Promise<InclusionView>;
  consistency(from: number, to: number): Promise<ConsistencyView>;
  checkpoint(): Promise<CheckpointView>;
  verify(): Promise<VerifyView>;
  /** Writes the export into a folder of this name below the data directory. */
  export(name: string): Promise<ExportView>;
}

/** What the API asks of the process as a whole. */
export interface SystemPort {
  status(): Promise<SystemStatus>;
  health(): HealthView;
  doctor(): Promise<readonly Check[]>;
  selfTest(): Promise<SelfTestView>;
  errorTest(): Promise<SelfTestView>;
  /** Prometheus text. */
  metrics(): Promise<string>;
}

/** The keys of the ring: what lies under each, and how they change. */
export interface KeyPort {
  view(): Promise<KeyringView>;
  rotate(what: KeyRotate['what'], actor: EventRecord['actor']): Promise<KeyRotated>;
  /** Starts it unless it runs already. */
  startRewrap(): Promise<RewrapView>;
  rewrap(): RewrapView;
  verify(): Promise<KeyVerify>;
  destroy(
    which: { readonly key: string; readonly withoutNodes: readonly string[] },
    actor: EventRecord['actor'],
  ): Promise<KeyringView>;
}

export interface ApiDomains {
  readonly applications: Applications;
  readonly identity: Identity;
  readonly access: Access;
  readonly protection: Protection;
  readonly audit: AuditPort;
}

/** Where links for people lead, each up to the `#` before its secret. */
export interface Links {
  admin(page: 'setup' | 'invite'): string;
  /** Null = there is no such application. */
  application(id: string | undefined): Promise<string | null>;
}

/** People and their sessions; the pages are those of the administration. */
export interface PeoplePort {
  readonly people: People;
  readonly sessions: Sessions;
  readonly admins: Admins;
  readonly pages: Pages;
  readonly links: Links;
  /** Tries at login forms of applications. */
  readonly observed: Pick<ObservedSignIns, 'clear'>;
}

/** Secrets, how they are rotated, and what is lent for a while. */
export interface SecretsPort extends Pick<SecretsDomain, 'secrets' | 'grants' | 'whoCan'> {
  readonly rotations: Rotations;
  readonly leases: Leases;
  readonly databaseRoles: DatabaseRoles;
  /** Keys that Holdfast itself uses; left out = none are rotated here. */
  readonly ownKeys?: OwnKeys;
}

/** Files that were not passed on. */
export type UploadsPort = Omit<Uploads, 'answer' | 'observe' | 'start' | 'tick' | 'scanners' | typeof Symbol.asyncDispose>;

/** What the watch found, what it looks for, and where it tells. */
export interface DetectionPort {
  readonly rules: Rules;
  readonly alerts: Alerts;
  readonly channels: Channels;
  readonly intel: Intel;
  readonly dormancy: Pick<Dormancy, 'before'>;
  readonly sources: (query: AttackSourceQuery) => Promise<AttackSources>;
  readonly health: () => Promise<WatchHealth>;
}

/** What happens now and what was counted, for whoever watches. */
export interface WatchPort {
  readonly traffic: Pick<Traffic, 'series' | 'top' | 'signIns'>;
  readonly overview: (principal: Principal, query: { readonly since?: number | undefined }) => Promise<Overview>;
  readonly streams: Streams;
  readonly sessions: Pick<Sessions, 'aliveUntil'>;
  readonly identity: Pick<Identity, 'verifyToken'>;
  readonly clock: Clock;
}

/**
 * Why a caller is believed. `token`: the TCP listener, where anybody on this machine can connect. `host-operator`: the
 * socket in the data directory, which only its owner can open; the file system has checked who that is.
 */
export type Trust = { readonly kind: 'token' } | { readonly kind: 'host-operator'; readonly uid: number };

export interface ApiParts {
  readonly domains: ApiDomains;
  readonly system: SystemPort;
  /** Left out = nobody signs in here. */
  readonly people?: PeoplePort;
  /** Left out = nothing is served, so there is nothing to watch. */
  readonly watching?: WatchPort;
  /** Left out = no secrets are kept here. */
  readonly secrets?: SecretsPort;
  /** Left out = no files are kept here. */
  readonly uploads?: UploadsPort;
  /** Left out = nothing is watched here. */
  readonly detection?: Partial<DetectionPort>;
  /** Left out = nothing is answered here. */
  readonly response?: Readonly<ResponseRooms>;
  /** What Vault clients speak, below `/v1/`; left out = they are not served here. */
  readonly vault?: VaultHandler;
  /** Left out = uses of rights are not counted here. */
  readonly advisor?: Advisor;
  /** Left out = no keys are shown or changed here. */
  readonly keys?: KeyPort;
  /** Left out = nothing is sealed or unsealed here. */
  readonly seal?: SealPort;
  /** Backups and the key of the ledger; left out where no operator of the host can call. */
  readonly maintenance?: MaintenancePort;
  /** What was built of the console; left out = there is none here. */
  readonly console?: () => ConsoleFiles | null;
  readonly log: Log;
  readonly trust: Trust;
}
