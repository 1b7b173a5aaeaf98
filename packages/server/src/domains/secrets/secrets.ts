import type { SecretData, SecretDetail, SecretRef, SecretSettings, SecretValue, SecretView } from '@holdfast/contract';
import type { Transaction } from '../../platform/db/database.ts';
import type { Principal } from '../access/index.ts';

/** Who wants something of a secret, and why. A read without a purpose is refused. */
export interface SecretCaller {
  readonly principal: Principal;
  readonly purpose: string;
  /** Which door it came through: stands in the record. */
  readonly via: 'api' | 'vault' | 'run' | 'rotation';
}

export interface NewVersion {
  readonly data: SecretData;
  /** The version it is based on, 0 = none yet. Refused with `secret-changed` when another one is current by now. */
  readonly cas?: number | undefined;
  readonly note?: string | undefined;
}

/**
 * Secrets of applications by environment, in versions. Each change and each read is recorded before it happens: a record that
 * cannot be written refuses it. Each operation asks the access policies first; a refusal is recorded without the value.
 *
 * Refuses with `not-found`, `permission-missing`, `access-denied`, `step-up-required`, `secret-changed`, `audit-unavailable`,
 * and `keyring-sealed` while no key is there.
 */
export interface Secrets {
  list(query: SecretListQuery, caller: SecretCaller): Promise<{ items: readonly SecretView[]; next: string | null }>;
  /** Without values; null = there is none. Refused before that where the caller may not know. */
  find(ref: SecretRef, caller: SecretCaller): Promise<SecretDetail | null>;
  read(ref: SecretRef, caller: SecretCaller, version?: number): Promise<SecretValue>;
  write(ref: SecretRef, version: NewVersion, caller: SecretCaller): Promise<SecretDetail>;
  change(ref: SecretRef, settings: SecretSettings, caller: SecretCaller): Promise<SecretDetail>;
  /** Writes the content of an earlier version as a new one. */
  rollback(
    ref: SecretRef,
    to: { readonly version: number; readonly note?: string | undefined },
    caller: SecretCaller,
  ): Promise<SecretDetail>;
  deleteVersions(ref: SecretRef, versions: readonly number[], caller: SecretCaller): Promise<SecretDetail>;
  undeleteVersions(ref: SecretRef, versions: readonly number[], caller: SecretCaller): Promise<SecretDetail>;
  destroyVersions(ref: SecretRef, versions: readonly number[], caller: SecretCaller): Promise<SecretDetail>;
  /** With all its versions, for good. */
  remove(ref: SecretRef, caller: SecretCaller): Promise<void>;
}

export interface SecretListQuery {
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  /** Part of the name. */
  readonly q?: string | undefined;
  readonly overdue?: boolean | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * What a rotation does with versions, inside its own transaction: the step that it notes as done and the version are one commit.
 * It acts for the system, and its records name the rotation.
 */
export interface StagedVersions {
  /** Throws where versions lie on a server that knows none that are staged. */
  assertPossible(): void;
  /** Writes a version that nobody is given yet; its number. */
  stage(tx: Transaction, ref: SecretRef, version: { readonly data: SecretData; readonly note: string }): Promise<number>;
  /** From now on this one is current, and the one before it is kept. */
  publish(tx: Transaction, ref: SecretRef, version: number): Promise<void>;
  /** A staged version is destroyed. */
  discard(tx: Transaction, ref: SecretRef, version: number): Promise<void>;
  /** Any version that can be read, staged ones too; null = the current one. Recorded as read by the rotation. */
  open(ref: SecretRef, version: number | null): Promise<SecretValue>;
}
