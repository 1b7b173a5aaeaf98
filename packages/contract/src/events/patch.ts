import { z } from 'zod';
import { defineEvent, plainEvent } from './define.ts';

const text = z.string().max(512);
const count = z.number().int().nonnegative();
const id = z.string().max(64);
const CHANGED = { classUid: 6003, activityId: 3 };

/** What happens to virtual patches. Each stands under its own subject: a path or a parameter can name a person. */
export const patchEvents = {
  added: defineEvent({
    type: 'patch.added',
    version: 1,
    audited: 'always',
    summary: 'A virtual patch was made or brought up to date. It records only, unless it was enforced before.',
    severity: 'medium',
    ocsf: { classUid: 6003, activityId: 1 },
    payload: z.strictObject({
      patch: id,
      method: text,
      route: text,
      location: text.nullable(),
      parameter: text.nullable(),
      kind: text,
      finding: text.nullable(),
      source: text,
      renewed: z.boolean(),
      expiresAt: count,
    }),
    personal: {
      patch: 'none',
      method: 'none',
      route: 'content',
      location: 'none',
      parameter: 'content',
      kind: 'none',
      finding: 'none',
      source: 'none',
      renewed: 'none',
      expiresAt: 'none',
    },
  }),
  tested: plainEvent({
    type: 'patch.tested',
    summary: 'A virtual patch was tried on recent honest requests.',
    severity: 'info',
    ocsf: CHANGED,
    payload: z.strictObject({ patch: id, verdict: text, touched: count, touchedEstablished: count, cap: count }),
  }),
  enforced: plainEvent({
    type: 'patch.enforced',
    summary: 'A virtual patch refuses requests from now on, also where its application is in monitor mode.',
    severity: 'medium',
    ocsf: CHANGED,
    payload: z.strictObject({ patch: id, finding: text.nullable(), forced: z.boolean(), missing: z.array(text).max(4) }),
  }),
  refused: plainEvent({
    type: 'patch.refused',
    summary: 'A virtual patch was not put in force: it was not tested lately, or it would touch people who belong here.',
    severity: 'low',
    ocsf: CHANGED,
    payload: z.strictObject({ patch: id, missing: z.array(text).max(4) }),
  }),
  recording: plainEvent({
    type: 'patch.recording',
    summary: 'A virtual patch only records again.',
    severity: 'high',
    ocsf: CHANGED,
    payload: z.strictObject({ patch: id, finding: text.nullable() }),
  }),
  removed: plainEvent({
    type: 'patch.removed',
    summary: 'A virtual patch ended. If its hole is still there, it is open.',
    severity: 'high',
    ocsf: { classUid: 6003, activityId: 4 },
    payload: z.strictObject({ patch: id, finding: text.nullable(), cause: z.enum(['operator', 'expired']), was: text }),
  }),
  restored: plainEvent({
    type: 'patch.restored',
    summary: 'A virtual patch that had ended is back, in the state that it had.',
    severity: 'medium',
    ocsf: CHANGED,
    payload: z.strictObject({ patch: id, state: text, expiresAt: count }),
  }),
  expiring: plainEvent({
    type: 'patch.expiring',
    summary: 'A virtual patch ends within three days: repair the hole, or renew it.',
    severity: 'high',
    ocsf: CHANGED,
    payload: z.strictObject({ patch: id, finding: text.nullable(), state: text, expiresAt: count }),
  }),
} as const;
