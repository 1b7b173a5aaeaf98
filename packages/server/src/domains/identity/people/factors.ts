import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import {
  countRecoveryCodes,
  hasTotp,
  hasRecoveryCode,
  lockTotp,
  passkeysOf,
  replaceRecoveryCodes,
  spendRecoveryCode,
  updateTotp,
  writeTotp,
  type StoredPasskey,
} from './factor-store.ts';
import { seconds, totpPauseMs } from './lockout.ts';
import { hashRecoveryCode, readRecoveryCode, RECOVERY_CODE_BYTES, RECOVERY_CODES, writeRecoveryCode } from './recovery-code.ts';
import type { PeopleDb } from './tables.ts';
import { base32, matchTotp, SEED_BYTES } from './totp.ts';

/** What somebody can sign in with besides a password. */
export interface FactorsView {
  readonly totp: boolean;
  readonly passkeys: readonly StoredPasskey[];
  readonly recoveryCodesLeft: number;
}

export type TotpVerdict =
  | { readonly kind: 'right' }
  | {
      readonly kind: 'wrong';
      readonly cause: 'wrong' | 'reused' | 'locked';
      readonly pausedSeconds: number | null;
      readonly failures: number;
    };

export interface SealedSeed {
  /** Base32, for the app. */
  readonly secret: string;
  readonly sealed: string;
}

/** The second factors of people. Each call works inside the transaction of the step that it belongs to. */
export interface Factors {
  view(db: PeopleDb, person: string): Promise<FactorsView>;
  newSeed(person: string): SealedSeed;
  openSeed(person: string, sealed: string): string;
  /** Takes the seed for good when the code of the app is right; the code is spent with it. */
  enrolTotp(tx: PeopleDb, person: string, given: { readonly sealed: string; readonly code: string }): Promise<boolean>;
  verifyTotp(tx: PeopleDb, person: string, code: string): Promise<TotpVerdict>;
  /** Ten new codes; all earlier ones are worthless from now on. */
  newRecoveryCodes(tx: PeopleDb, person: string): Promise<readonly string[]>;
  /** Whether this is one of the codes; it stays usable. */
  knowsRecoveryCode(tx: PeopleDb, person: string, typed: string): Promise<boolean>;
  /** How many are left after this one; null = it was wrong or spent. */
  spendRecoveryCode(tx: PeopleDb, person: string, typed: string): Promise<number | null>;
}

export const seedPlace = (person: string): string[] => ['identity_totp', 'secret_cipher', person];

export function createFactors({ keyring, clock }: { readonly keyring: Keyring; readonly clock: Clock }): Factors {
  const openSeed = (person: string, sealed: string): Buffer => keyring.open(sealed, seedPlace(person));
  return {
    async view(db, person) {
      return {
        totp: await hasTotp(db, person),
        passkeys: await passkeysOf(db, person),
        recoveryCodesLeft: await countRecoveryCodes(db, person),
      };
    },
    newSeed(person) {
      const seed = randomBytes(SEED_BYTES);
      return { secret: base32(seed), sealed: keyring.seal(seed, seedPlace(person)) };
    },
    openSeed: (person, sealed) => base32(openSeed(person, sealed)),
    async enrolTotp(tx, person, { sealed, code }) {
      const now = clock.now();
      const step = matchTotp(openSeed(person, sealed), code, { now, lastStep: -1 });
      if (step === null) return false;
      const row = { person, secret_cipher: sealed, confirmed_at: now, last_step: step, failures: 0, locked_until: null };
      await writeTotp(tx, row);
      return true;
    },
    async verifyTotp(tx, person, code) {
      const row = await lockTotp(tx, person);
      if (row === null) return { kind: 'wrong', cause: 'wrong', pausedSeconds: null, failures: 0 };
      const now = clock.now();
      if (row.locked_until !== null && row.locked_until > now) {
        const pausedSeconds = seconds(row.locked_until - now);
        return { kind: 'wrong', cause: 'locked', pausedSeconds, failures: row.failures };
      }
      const seed = openSeed(person, row.secret_cipher);
      const step = matchTotp(seed, code, { now, lastStep: row.last_step });
      if (step !== null) {
        await updateTotp(tx, person, { last_step: step, failures: 0, locked_until: null });
        return { kind: 'right' };
      }
      const failures = row.failures + 1;
      const pauseMs = totpPauseMs(failures);
      await updateTotp(tx, person, { failures, locked_until: pauseMs === null ? null : now + pauseMs });
      const isReused = matchTotp(seed, code, { now, lastStep: -1 }) !== null;
      const pausedSeconds = pauseMs === null ? null : seconds(pauseMs);
      return { kind: 'wrong', cause: isReused ? 'reused' : 'wrong', pausedSeconds, failures };
    },
    async newRecoveryCodes(tx, person) {
      const codes = Array.from({ length: RECOVERY_CODES }, () => writeRecoveryCode(randomBytes(RECOVERY_CODE_BYTES)));
      const hashes = codes.map((code) => hashRecoveryCode(person, readRecoveryCode(code) ?? ''));
      await replaceRecoveryCodes(tx, { person, hashes, now: clock.now() });
      return codes;
    },
    async knowsRecoveryCode(tx, person, typed) {
      const code = readRecoveryCode(typed);
      return code !== null && (await hasRecoveryCode(tx, person, hashRecoveryCode(person, code)));
    },
    async spendRecoveryCode(tx, person, typed) {
      const code = readRecoveryCode(typed);
      if (code === null) return null;
      const isSpent = await spendRecoveryCode(tx, { person, hash: hashRecoveryCode(person, code), now: clock.now() });
      return isSpent ? countRecoveryCodes(tx, person) : null;
    },
  };
}
