import { z } from 'zod';
import { defineEvent } from './define.ts';

const id = z.string().max(64);
const kind = z.enum(['application', 'admin']);
const acr = z.enum(['aal1', 'aal2']);
const amr = z.array(z.string().max(16)).max(8);
/** OCSF 3002: authentication. */
const session = (activityId: number) => ({ classUid: 3002, activityId });

/** Why a session ended. */
export const SESSION_END_REASONS = [
  'signed-out',
  'revoked',
  'limit',
  'idle',
  'absolute',
  'person-changed',
  'person-disabled',
  'password-changed',
  'factors-changed',
] as const;
export type SessionEndReason = (typeof SESSION_END_REASONS)[number];

/** What happens to sessions. They are named by an id that opens nothing. */
export const sessionEvents = {
  opened: defineEvent({
    type: 'identity.session-opened',
    version: 1,
    audited: 'always',
    summary: 'A session began; until when it lasts at most, and how sure it is who asks.',
    severity: 'info',
    ocsf: session(1),
    payload: z.strictObject({
      session: id,
      person: id,
      kind,
      acr,
      amr,
      expiresAt: z.number().int().nonnegative(),
      address: z.string().max(64),
      userAgent: z.string().max(512),
    }),
    personal: {
      session: 'none',
      person: 'none',
      kind: 'none',
      acr: 'none',
      amr: 'none',
      expiresAt: 'none',
      address: 'address',
      userAgent: 'agent',
    },
  }),
  renewed: defineEvent({
    type: 'identity.session-renewed',
    version: 1,
    audited: 'always',
    summary: 'A session goes on under a new token, as after a step-up; the old token opens nothing.',
    severity: 'info',
    ocsf: session(1),
    payload: z.strictObject({ session: id, person: id, acr, amr, elevatedUntil: z.number().int().nonnegative().nullable() }),
    personal: { session: 'none', person: 'none', acr: 'none', amr: 'none', elevatedUntil: 'none' },
  }),
  ended: defineEvent({
    type: 'identity.session-ended',
    version: 1,
    audited: 'always',
    summary: 'A session ended, and why: a person or an operator did it, its time was over, or a newer one took its place.',
    severity: 'info',
    ocsf: session(2),
    payload: z.strictObject({ session: id, person: id, kind, cause: z.enum(SESSION_END_REASONS) }),
    personal: { session: 'none', person: 'none', kind: 'none', cause: 'none' },
  }),
  keyAdded: defineEvent({
    type: 'identity.key-added',
    version: 1,
    audited: 'always',
    summary: 'A new key for identity headers was published; it signs from the time given.',
    severity: 'low',
    ocsf: { classUid: 6003, activityId: 1 },
    payload: z.strictObject({ kid: id, notBefore: z.number().int().nonnegative() }),
    personal: { kid: 'none', notBefore: 'none' },
  }),
} as const;
