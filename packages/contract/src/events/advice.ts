import { z } from 'zod';
import { defineEvent } from './define.ts';

const id = z.string().max(64);
const items = z.array(z.string().max(160)).max(500);
/** OCSF 3005: user access management; 2 = revoke, 1 = assign. */
const access = (activityId: number) => ({ classUid: 3005, activityId });

/** Rights that nobody used are taken away, or given back. Each change of a token, a role or a policy has its own event too. */
export const adviceEvents = {
  applied: defineEvent({
    type: 'access.advice.applied',
    version: 1,
    audited: 'always',
    summary: 'Rights that nobody had used in the window were taken away; how many decisions were judged once more before.',
    severity: 'medium',
    ocsf: access(2),
    payload: z.strictObject({ batch: id, items, days: z.number().int(), decisions: z.number().int(), changed: z.number().int() }),
    personal: { batch: 'none', items: 'none', days: 'none', decisions: 'none', changed: 'none' },
  }),
  undone: defineEvent({
    type: 'access.advice.undone',
    version: 1,
    audited: 'always',
    summary: 'What advice took away was given back; names what somebody had changed since, which stays.',
    severity: 'medium',
    ocsf: access(1),
    payload: z.strictObject({ batch: id, items, skipped: items }),
    personal: { batch: 'none', items: 'none', skipped: 'none' },
  }),
  tokenChanged: defineEvent({
    type: 'token.changed',
    version: 1,
    audited: 'always',
    summary: 'The permissions of an API token changed.',
    severity: 'medium',
    ocsf: { classUid: 3004, activityId: 3 },
    payload: z.strictObject({ token: id, account: id, permissions: z.array(z.string().max(64)).max(64) }),
    personal: { token: 'none', account: 'none', permissions: 'none' },
  }),
} as const;
