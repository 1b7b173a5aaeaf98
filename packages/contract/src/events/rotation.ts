import { z } from 'zod';
import { ROTATION_STEPS, ROTATORS } from '../api/rotation.ts';
import { defineEvent } from './define.ts';

const rotation = z.string().max(64);
const rotator = z.enum(ROTATORS);
const version = z.number().int().positive();
const isDrill = z.boolean();
/** OCSF 3004: entity management. The target of each is the address of the secret, which names no person. */
const entity = (activityId: number) => ({ classUid: 3004, activityId });

/** Changes of credentials by Holdfast itself. None of them carries a value. */
export const rotationEvents = {
  planned: defineEvent({
    type: 'rotation.planned',
    version: 1,
    audited: 'always',
    summary: 'How, and how often, a secret is rotated was set.',
    severity: 'medium',
    ocsf: entity(3),
    payload: z.strictObject({
      rotator,
      everyDays: z.number().int().nullable(),
      overlapSeconds: z.number().int(),
      /** The secret whose holder may administer the target; null = there is none. */
      uses: z.string().max(512).nullable(),
    }),
    personal: { rotator: 'none', everyDays: 'none', overlapSeconds: 'none', uses: 'none' },
  }),
  unplanned: defineEvent({
    type: 'rotation.unplanned',
    version: 1,
    audited: 'always',
    summary: 'A secret is not rotated any more.',
    severity: 'medium',
    ocsf: entity(4),
    payload: z.strictObject({ rotator }),
    personal: { rotator: 'none' },
  }),
  started: defineEvent({
    type: 'rotation.started',
    version: 1,
    audited: 'always',
    summary: 'The rotation of a secret, or a drill of it, began.',
    severity: 'info',
    ocsf: entity(1),
    payload: z.strictObject({
      rotation,
      rotator,
      isDrill,
      cause: z.enum(['asked', 'schedule']),
      overlapSeconds: z.number().int(),
    }),
    personal: { rotation: 'none', rotator: 'none', isDrill: 'none', cause: 'none', overlapSeconds: 'none' },
  }),
  published: defineEvent({
    type: 'rotation.published',
    version: 1,
    audited: 'always',
    summary: 'A new credential was verified and is given from now on; the one before it is good until the overlap ends.',
    severity: 'info',
    ocsf: entity(3),
    payload: z.strictObject({
      rotation,
      rotator,
      oldVersion: version.nullable(),
      newVersion: version,
      overlapUntil: z.number().int(),
      verifiedMs: z.number().int().nonnegative(),
    }),
    personal: {
      rotation: 'none',
      rotator: 'none',
      oldVersion: 'none',
      newVersion: 'none',
      overlapUntil: 'none',
      verifiedMs: 'none',
    },
  }),
  finished: defineEvent({
    type: 'rotation.finished',
    version: 1,
    audited: 'always',
    summary: 'The old credential of a rotation was ended; of a drill, everything it made is gone.',
    severity: 'info',
    ocsf: entity(3),
    payload: z.strictObject({ rotation, rotator, isDrill, verifiedMs: z.number().int().nonnegative().nullable() }),
    personal: { rotation: 'none', rotator: 'none', isDrill: 'none', verifiedMs: 'none' },
  }),
  failed: defineEvent({
    type: 'rotation.failed',
    version: 1,
    audited: 'always',
    summary: 'A rotation or a drill failed before anything was published: what was current still is.',
    severity: 'high',
    ocsf: entity(3),
    payload: z.strictObject({ rotation, rotator, isDrill, step: z.enum(ROTATION_STEPS), trouble: z.string().max(200) }),
    personal: { rotation: 'none', rotator: 'none', isDrill: 'none', step: 'none', trouble: 'none' },
  }),
  delayed: defineEvent({
    type: 'rotation.delayed',
    version: 1,
    audited: 'always',
    summary: 'What a rotation has to end or take back could not be ended yet; it is tried again until it is done.',
    severity: 'high',
    ocsf: entity(3),
    payload: z.strictObject({ rotation, rotator, step: z.enum(ROTATION_STEPS), trouble: z.string().max(200) }),
    personal: { rotation: 'none', rotator: 'none', step: 'none', trouble: 'none' },
  }),
} as const;
