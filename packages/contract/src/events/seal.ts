import { z } from 'zod';
import { sealKindSchema } from '../api/seal.ts';
import { defineEvent } from './define.ts';

const count = z.number().int().nonnegative();
const text = z.string().max(512);
/** OCSF 6002: application lifecycle; 6003: API activity. */
const STARTED = { classUid: 6002, activityId: 3 };
const STOPPED = { classUid: 6002, activityId: 4 };
const UPDATE = { classUid: 6003, activityId: 3 };

/** What happens to the root key as a whole: kept in another way, put away, brought back. No payload holds any part of it. */
export const sealEvents = {
  sealed: defineEvent({
    type: 'keyring.sealed',
    version: 1,
    audited: 'always',
    summary: 'Somebody put the keys away while the process runs: what needs them is refused until they are brought back.',
    severity: 'high',
    ocsf: STOPPED,
    payload: z.strictObject({ reason: text, whenSealed: z.enum(['stop', 'serve']) }),
    personal: { reason: 'content', whenSealed: 'none' },
  }),
  unsealed: defineEvent({
    type: 'keyring.unsealed',
    version: 1,
    audited: 'always',
    summary: 'The keys were brought back to a sealed process; how often something was given before that did not open them.',
    severity: 'medium',
    ocsf: STARTED,
    payload: z.strictObject({ kind: sealKindSchema, rootKey: z.string().max(64), sealedMs: count, refusedTries: count }),
    personal: { kind: 'none', rootKey: 'none', sealedMs: 'none', refusedTries: 'none' },
  }),
  unsealRefused: defineEvent({
    type: 'keyring.unseal.refused',
    version: 1,
    audited: 'always',
    summary: 'A passphrase or a share did not open the seal; recorded as soon as the ledger is there.',
    severity: 'high',
    ocsf: UPDATE,
    payload: z.strictObject({
      kind: sealKindSchema,
      cause: z.enum(['wrong', 'damaged', 'foreign', 'conflicting', 'unexpected']),
      at: count,
    }),
    personal: { kind: 'none', cause: 'none', at: 'none' },
  }),
  changed: defineEvent({
    type: 'keyring.seal.changed',
    version: 1,
    audited: 'always',
    summary: 'The root key is kept in another way from now on.',
    severity: 'high',
    ocsf: UPDATE,
    payload: z.strictObject({ from: sealKindSchema, to: sealKindSchema, rootKey: z.string().max(64) }),
    personal: { from: 'none', to: 'none', rootKey: 'none' },
  }),
} as const;
