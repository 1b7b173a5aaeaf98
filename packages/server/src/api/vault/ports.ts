import type { Access } from '../../domains/access/index.ts';
import type { Applications } from '../../domains/applications/index.ts';
import type { Identity } from '../../domains/identity/index.ts';
import type {
  AppRoles,
  DatabaseRoles,
  Descriptions,
  Leases,
  Rotations,
  Secrets,
  Transit,
  VaultTokens,
  Wrapping,
} from '../../domains/secrets/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SealPort } from '../../platform/keyring/seal/seal-port.ts';
import type { Log } from '../../platform/log.ts';

/** What Vault clients reach. */
export interface VaultPort {
  readonly tokens: VaultTokens;
  readonly roles: AppRoles;
  readonly transit: Transit;
  readonly wrapping: Wrapping;
  readonly descriptions: Descriptions;
}

export interface VaultParts extends VaultPort {
  readonly secrets: Secrets;
  readonly rotations: Rotations;
  readonly leases: Leases;
  readonly databaseRoles: DatabaseRoles;
  readonly applications: Pick<Applications, 'list'>;
  readonly identity: Identity;
  readonly access: Access;
  /** Left out = nothing here can be sealed. */
  readonly seal?: SealPort | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
}
