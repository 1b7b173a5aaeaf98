import { z } from 'zod';
import { defineEvent } from './define.ts';

/** `shop/production/DATABASE_URL`: a name that operators chose, never a value. */
const secret = z.string().max(400);
const version = z.number().int().nonnegative();
const versions = z.array(z.number().int().positive()).max(100);
const purpose = z.string().max(64);
const via = z.enum(['api', 'vault', 'run', 'rotation']);
/** Id of the service account or person; null = the operator of the host, or Holdfast itself. */
const identity = z.string().max(64).nullable();
/** OCSF 6003: API activity. */
const activity = (activityId: number) => ({ classUid: 6003, activityId });

const CHANGED = 3;
const READ = 2;
const asked = { secret, purpose, via, identity };
const askedPersonal = { secret: 'none', purpose: 'none', via: 'none', identity: 'none' } as const;

/** What happens to secrets. Never a value, and no name of a field. */
export const secretEvents = {
  written: defineEvent({
    type: 'secret.written',
    version: 1,
    audited: 'always',
    summary: 'A secret got a new version, or was made. Why, in words of whoever wrote it, is the reason.',
    severity: 'medium',
    ocsf: activity(CHANGED),
    payload: z.strictObject({
      secret,
      version,
      isNew: z.boolean(),
      /** The version that it repeats, when somebody went back. */
      copyOf: version.nullable(),
      /** Earlier ones that are gone since. */
      dropped: z.number().int().nonnegative(),
    }),
    personal: { secret: 'none', version: 'none', isNew: 'none', copyOf: 'none', dropped: 'none' },
  }),
  changed: defineEvent({
    type: 'secret.changed',
    version: 1,
    audited: 'always',
    summary: 'Owner, description, greatest age or another setting of a secret changed.',
    severity: 'medium',
    ocsf: activity(CHANGED),
    payload: z.strictObject({ secret, fields: z.array(z.string().max(32)).max(8) }),
    personal: { secret: 'none', fields: 'none' },
  }),
  versionsChanged: defineEvent({
    type: 'secret.versions-changed',
    version: 1,
    audited: 'always',
    summary: 'Versions of a secret were hidden, brought back, or destroyed.',
    severity: 'medium',
    ocsf: activity(CHANGED),
    payload: z.strictObject({ secret, change: z.enum(['deleted', 'undeleted', 'destroyed']), versions }),
    personal: { secret: 'none', change: 'none', versions: 'none' },
  }),
  removed: defineEvent({
    type: 'secret.removed',
    version: 1,
    audited: 'always',
    summary: 'A secret was removed with all its versions.',
    severity: 'medium',
    ocsf: activity(4),
    payload: z.strictObject({ secret, versions: z.number().int().nonnegative() }),
    personal: { secret: 'none', versions: 'none' },
  }),
  staged: defineEvent({
    type: 'secret.staged',
    version: 1,
    audited: 'always',
    summary: 'A rotation wrote a version that nobody is given yet, published it, or threw it away.',
    severity: 'medium',
    ocsf: activity(CHANGED),
    payload: z.strictObject({ secret, version, change: z.enum(['staged', 'published', 'discarded']) }),
    personal: { secret: 'none', version: 'none', change: 'none' },
  }),
  read: defineEvent({
    type: 'secret.read',
    version: 1,
    audited: 'always',
    summary: 'Somebody was given the value of a secret. Recorded before they got it.',
    severity: 'info',
    ocsf: activity(READ),
    payload: z.strictObject({ ...asked, version }),
    personal: { ...askedPersonal, version: 'none' },
  }),
  canaryRead: defineEvent({
    type: 'secret.canary-read',
    version: 1,
    audited: 'always',
    summary: 'Somebody read a decoy: nobody has a reason to, so whoever did is where they should not be.',
    severity: 'critical',
    ocsf: activity(READ),
    payload: z.strictObject({ ...asked, version }),
    personal: { ...askedPersonal, version: 'none' },
  }),
  readBurst: defineEvent({
    type: 'secret.read-burst',
    version: 1,
    audited: 'always',
    summary: 'One identity read more different secrets within a minute than anybody does by hand.',
    severity: 'high',
    ocsf: activity(READ),
    payload: z.strictObject({ identity, secrets: z.number().int().positive(), windowSeconds: z.number().int().positive() }),
    personal: { identity: 'none', secrets: 'none', windowSeconds: 'none' },
  }),
  refused: defineEvent({
    type: 'secret.refused',
    version: 1,
    audited: 'always',
    summary: 'Somebody wanted something of a secret that they may not.',
    severity: 'medium',
    ocsf: activity(99),
    payload: z.strictObject({
      ...asked,
      permission: z.string().max(32),
      /** `scope`: not written on the token. `policy`: no policy permits it, or one forbids it. `step-up`: to be confirmed first. */
      cause: z.enum(['scope', 'policy', 'step-up']),
      /** As many more like it went unrecorded before. */
      unrecorded: z.number().int().nonnegative(),
    }),
    personal: { ...askedPersonal, permission: 'none', cause: 'none', unrecorded: 'none' },
  }),
  damaged: defineEvent({
    type: 'secret.damaged',
    version: 1,
    audited: 'always',
    summary: 'What is stored of a secret does not open: somebody changed it in the database, or moved it there from elsewhere.',
    severity: 'high',
    ocsf: activity(READ),
    payload: z.strictObject({ secret, version }),
    personal: { secret: 'none', version: 'none' },
  }),
  granted: defineEvent({
    type: 'secret.granted',
    version: 1,
    audited: 'always',
    summary: 'A service account, group or person may read secrets from now on.',
    severity: 'medium',
    ocsf: activity(1),
    payload: z.strictObject({
      grant: z.string().max(64),
      secrets: secret,
      to: z.enum(['account', 'group', 'person']),
      id: z.string().max(254),
      purpose: purpose.nullable(),
      expiresAt: z.number().int().positive().nullable(),
    }),
    personal: { grant: 'none', secrets: 'none', to: 'none', id: 'none', purpose: 'none', expiresAt: 'none' },
  }),
  grantRevoked: defineEvent({
    type: 'secret.grant-revoked',
    version: 1,
    audited: 'always',
    summary: 'A grant was taken back: what it permitted is not permitted by it any more.',
    severity: 'medium',
    ocsf: activity(4),
    payload: z.strictObject({ grant: z.string().max(64), secrets: secret }),
    personal: { grant: 'none', secrets: 'none' },
  }),
} as const;
