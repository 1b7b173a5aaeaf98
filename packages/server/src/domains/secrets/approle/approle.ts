import { PERMISSIONS, type Permission } from '@holdfast/contract';
import { z } from 'zod';

const milliseconds = z.number().int().nonnegative();
const cidrs = z.array(z.string().max(64)).max(32);

/** How long tokens and secret ids of a role last, how often they are good, and from where. 0 and null = as everywhere. */
export const roleSettingsSchema = z.strictObject({
  tokenTtlMs: milliseconds.nullable(),
  tokenMaxTtlMs: milliseconds.nullable(),
  tokenPeriodMs: milliseconds.nullable(),
  tokenUses: z.number().int().positive().nullable(),
  tokenCidrs: cidrs,
  secretIdTtlMs: milliseconds.nullable(),
  secretIdUses: z.number().int().positive().nullable(),
  secretIdCidrs: cidrs,
  /** What tokens of it read for, where they do not say it themselves. */
  purpose: z.string().max(64).nullable(),
});
export type RoleSettings = z.infer<typeof roleSettingsSchema>;

export const DEFAULT_ROLE_SETTINGS: RoleSettings = {
  tokenTtlMs: null,
  tokenMaxTtlMs: null,
  tokenPeriodMs: null,
  tokenUses: null,
  tokenCidrs: [],
  secretIdTtlMs: null,
  secretIdUses: null,
  secretIdCidrs: [],
  purpose: null,
};

/** A way in for a program: its name (role id) and its secrets (secret ids) come to it on different roads. */
export interface AppRole {
  readonly name: string;
  /** No secret, but nothing to spread either. */
  readonly roleId: string;
  /** Id of the service account it stands for. */
  readonly account: string;
  readonly permissions: readonly Permission[];
  readonly settings: RoleSettings;
  readonly createdAt: number;
}

/** Of a secret id, without it. */
export interface SecretId {
  readonly accessor: string;
  readonly role: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly cidrs: readonly string[];
  readonly tokenCidrs: readonly string[];
  readonly usesLeft: number | null;
  readonly ttlMs: number | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

// A permission that this version does not know any more makes the row unreadable, which is the safe side of two.
export const permissionsSchema = z.array(z.enum(PERMISSIONS));
