import { z } from 'zod';
import { defineEvent } from './define.ts';

const id = z.string().max(64);
const name = z.string().max(63);
const applications = z.array(z.string().max(63)).max(64);
const count = z.number().int().nonnegative();
/** OCSF 3001: account change. */
const account = (activityId: number) => ({ classUid: 3001, activityId });

/** What happens to accounts of programs. Their names name no person. */
export const serviceAccountEvents = {
  created: defineEvent({
    type: 'service-account.created',
    version: 1,
    audited: 'always',
    summary: 'An account for a program was made; who answers for it, and which applications it may call.',
    severity: 'medium',
    ocsf: account(1),
    payload: z.strictObject({ account: id, name, owner: id.nullable(), applications }),
    personal: { account: 'none', name: 'none', owner: 'none', applications: 'none' },
  }),
  changed: defineEvent({
    type: 'service-account.changed',
    version: 1,
    audited: 'always',
    summary: 'The owner, the purpose or the applications of an account changed.',
    severity: 'medium',
    ocsf: account(3),
    payload: z.strictObject({ account: id, fields: z.array(z.string().max(32)).max(8), owner: id.nullable(), applications }),
    personal: { account: 'none', fields: 'none', owner: 'none', applications: 'none' },
  }),
  disabled: defineEvent({
    type: 'service-account.disabled',
    version: 1,
    audited: 'always',
    summary: 'An account was switched off: none of its tokens is taken until it is switched on again.',
    severity: 'medium',
    ocsf: account(5),
    payload: z.strictObject({ account: id, tokens: count }),
    personal: { account: 'none', tokens: 'none' },
  }),
  enabled: defineEvent({
    type: 'service-account.enabled',
    version: 1,
    audited: 'always',
    summary: 'An account was switched on again; tokens of it that have not ended are taken.',
    severity: 'medium',
    ocsf: account(2),
    payload: z.strictObject({ account: id, tokens: count }),
    personal: { account: 'none', tokens: 'none' },
  }),
  deleted: defineEvent({
    type: 'service-account.deleted',
    version: 1,
    audited: 'always',
    summary: 'An account was deleted and all its tokens were revoked.',
    severity: 'medium',
    ocsf: account(6),
    payload: z.strictObject({ account: id, tokens: count }),
    personal: { account: 'none', tokens: 'none' },
  }),
} as const;
