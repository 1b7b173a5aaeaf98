import type { RotatorName, RotatorSettings, SecretData, SecretRef } from '@holdfast/contract';

/** What is known of a rotation beside the credential, and is no secret: which role, the hash of a random password. */
export type Facts = Readonly<Record<string, string>>;
export type SettingsOf<Name extends RotatorName> = Extract<RotatorSettings, { rotator: Name }>;

export interface RotationJob<Settings extends RotatorSettings = RotatorSettings> {
  readonly id: string;
  readonly ref: SecretRef;
  readonly settings: Settings;
  readonly isDrill: boolean;
  /** The version that it replaces; null = there was none. */
  readonly oldVersion: number | null;
  /** What that version holds; null = there was none, or it can be read no more. */
  readonly current: SecretData | null;
  /** Of `make`; empty before. */
  readonly facts: Facts;
}

export interface Made {
  readonly data: SecretData;
  readonly facts: Facts;
}

/**
 * One kind of target. Every operation may run again after it was done, wholly or in part: a process that was killed does not know
 * how far it came. What the target refuses is a `TargetFault`.
 */
export interface Rotator<Settings extends RotatorSettings = RotatorSettings> {
  /** Asks the target whether it can be done at all, and changes nothing. */
  check(job: RotationJob<Settings>): Promise<void>;
  /** Makes the new credential. Tells nobody. */
  make(job: RotationJob<Settings>): Promise<Made>;
  /** From now on the target takes the new credential. */
  set(job: RotationJob<Settings>, next: SecretData): Promise<void>;
  /** Uses the new credential as a program would. */
  verify(job: RotationJob<Settings>, next: SecretData): Promise<void>;
  /** The target takes the old credential no longer. */
  retire(job: RotationJob<Settings>, next: SecretData): Promise<void>;
  /** Takes back whatever `set` did, or began to do. */
  undo(job: RotationJob<Settings>): Promise<void>;
}

/** Secrets that administer targets: read for each use, kept by nobody. */
export type OpenSecret = (ref: SecretRef) => Promise<SecretData>;
