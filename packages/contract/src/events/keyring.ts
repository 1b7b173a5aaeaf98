import { z } from 'zod';
import { KEY_PURPOSES } from '../api/keys.ts';
import { OWN_KEYS } from '../api/own-keys.ts';
import { defineEvent } from './define.ts';

const id = z.string().max(64);
const count = z.number().int().nonnegative();
const CHANGE = { classUid: 6003, activityId: 3 };

/** What happens to the keys that seal what is stored. Their ids say nothing of what they are. */
export const keyringEvents = {
  keyRotated: defineEvent({
    type: 'keyring.key.rotated',
    version: 1,
    audited: 'always',
    summary: 'A new key seals from the given time on; the one before it still opens what lies under it.',
    severity: 'medium',
    ocsf: CHANGE,
    payload: z.strictObject({
      purpose: z.enum(KEY_PURPOSES),
      key: id,
      previous: id,
      activeFrom: count,
      cause: z.enum(['operator', 'nonces', 'schedule']),
    }),
    personal: { purpose: 'none', key: 'none', previous: 'none', activeFrom: 'none', cause: 'none' },
  }),
  rootRotated: defineEvent({
    type: 'keyring.root.rotated',
    version: 1,
    audited: 'always',
    summary: 'The keyring is wrapped with a new root key; backups made before need the old one.',
    severity: 'high',
    ocsf: CHANGE,
    payload: z.strictObject({ root: id, previous: id }),
    personal: { root: 'none', previous: 'none' },
  }),
  ownFailed: defineEvent({
    type: 'keyring.own.failed',
    version: 1,
    audited: 'always',
    summary: 'A key of Holdfast itself was due and could not be rotated; the one in use stays, and it is tried again.',
    severity: 'high',
    ocsf: CHANGE,
    payload: z.strictObject({ key: z.enum(OWN_KEYS), trouble: z.string().max(200), failures: count }),
    personal: { key: 'none', trouble: 'none', failures: 'none' },
  }),
  rewrapped: defineEvent({
    type: 'keyring.rewrapped',
    version: 1,
    audited: 'always',
    summary: 'What was sealed with earlier keys was sealed anew with the active ones.',
    severity: 'low',
    ocsf: CHANGE,
    payload: z.strictObject({ items: count, retired: z.array(id).max(100) }),
    personal: { items: 'none', retired: 'none' },
  }),
  rewrapFailed: defineEvent({
    type: 'keyring.rewrap.failed',
    version: 1,
    audited: 'always',
    summary:
      'Something that is sealed does not open, or could not be written: it stays as it was, and the earlier key stays too.',
    severity: 'high',
    ocsf: CHANGE,
    payload: z.strictObject({ items: count, faults: z.array(z.string().max(256)).max(10) }),
    personal: { items: 'none', faults: 'none' },
  }),
  keyDestroyed: defineEvent({
    type: 'keyring.key.destroyed',
    version: 1,
    audited: 'always',
    summary: 'A retired key was destroyed: what was sealed with it opens nowhere any more.',
    severity: 'high',
    ocsf: { classUid: 6003, activityId: 4 },
    payload: z.strictObject({ key: id, withoutNodes: z.array(id).max(100) }),
    personal: { key: 'none', withoutNodes: 'none' },
  }),
} as const;
