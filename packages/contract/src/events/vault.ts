import { z } from 'zod';
import { plainEvent } from './define.ts';

const id = z.string().max(64);
const name = z.string().max(128);
const text = z.string().max(512);
const count = z.number().int().nonnegative();
const permissions = z.array(z.string().max(64)).max(64);
/** OCSF 3002: authentication; 3001: account change; 6003: API activity. */
const authentication = (activityId: number) => ({ classUid: 3002, activityId });
const account = (activityId: number) => ({ classUid: 3001, activityId });
const api = (activityId: number) => ({ classUid: 6003, activityId });

/** What clients of the Vault API do besides reading and writing secrets. No token, secret id or plaintext stands in any of these. */
export const vaultEvents = {
  tokenCreated: plainEvent({
    type: 'vault.token.created',
    summary: 'A short-lived token was given out: for which account, by which role or parent, and until when.',
    severity: 'info',
    ocsf: authentication(1),
    payload: z.strictObject({
      token: id,
      account: id,
      role: name.nullable(),
      parent: id.nullable(),
      permissions,
      expiresAt: count,
    }),
  }),
  tokenRenewed: plainEvent({
    type: 'vault.token.renewed',
    summary: 'A short-lived token lasts longer now.',
    severity: 'info',
    ocsf: authentication(1),
    payload: z.strictObject({ token: id, account: id, expiresAt: count }),
  }),
  tokenRevoked: plainEvent({
    type: 'vault.token.revoked',
    summary: 'A short-lived token was revoked, and with it so many that were made with it.',
    severity: 'info',
    ocsf: authentication(2),
    payload: z.strictObject({ token: id, account: id, descendants: count }),
  }),
  roleChanged: plainEvent({
    type: 'vault.role.changed',
    summary: 'An AppRole was made or changed: the account it stands for, and what its tokens may.',
    severity: 'medium',
    ocsf: account(3),
    payload: z.strictObject({ role: name, account: id, permissions, isNew: z.boolean() }),
  }),
  roleDeleted: plainEvent({
    type: 'vault.role.deleted',
    summary: 'An AppRole was deleted, and with it its secret ids.',
    severity: 'medium',
    ocsf: account(6),
    payload: z.strictObject({ role: name, secretIds: count }),
  }),
  secretIdIssued: plainEvent({
    type: 'vault.secret-id.issued',
    summary: 'A secret id of an AppRole was issued.',
    severity: 'medium',
    ocsf: account(1),
    payload: z.strictObject({ role: name, accessor: id, uses: count, expiresAt: count.nullable() }),
  }),
  secretIdDestroyed: plainEvent({
    type: 'vault.secret-id.destroyed',
    summary: 'A secret id of an AppRole was destroyed.',
    severity: 'medium',
    ocsf: account(6),
    payload: z.strictObject({ role: name, accessor: id }),
  }),
  wrapped: plainEvent({
    type: 'vault.wrapping.created',
    summary: 'An answer was put away, to be opened once with a token of its own.',
    severity: 'info',
    ocsf: api(1),
    payload: z.strictObject({ accessor: id, path: text, expiresAt: count }),
  }),
  unwrapped: plainEvent({
    type: 'vault.wrapping.opened',
    summary: 'An answer that was put away was taken out.',
    severity: 'info',
    ocsf: api(2),
    payload: z.strictObject({ accessor: id, path: text }),
  }),
  unwrappedTwice: plainEvent({
    type: 'vault.wrapping.opened-twice',
    summary: 'Somebody wanted to open a wrapped answer that had been opened before: one of the two was not meant to have it.',
    severity: 'high',
    ocsf: api(2),
    payload: z.strictObject({ accessor: id, path: text, openedAt: count }),
  }),
  transitKeyChanged: plainEvent({
    type: 'vault.transit-key.changed',
    summary: 'A key of the encryption service was made, rotated, configured or deleted.',
    severity: 'medium',
    ocsf: api(3),
    payload: z.strictObject({
      key: name,
      change: z.enum(['created', 'rotated', 'configured', 'deleted']),
      version: count,
      minDecryptionVersion: count,
    }),
  }),
  transitUsed: plainEvent({
    type: 'vault.transit.used',
    summary: 'Values were decrypted or encrypted anew with a key of the encryption service.',
    severity: 'info',
    ocsf: api(2),
    payload: z.strictObject({ key: name, operation: z.enum(['encrypt', 'decrypt', 'rewrap']), values: count }),
  }),
  described: plainEvent({
    type: 'vault.secret.described',
    summary: 'What a Vault client keeps beside a secret changed: its custom metadata, or whether writes must name a version.',
    severity: 'info',
    ocsf: api(3),
    payload: z.strictObject({ mount: name, path: text.nullable(), fields: z.array(z.string().max(32)).max(8) }),
  }),
} as const;
