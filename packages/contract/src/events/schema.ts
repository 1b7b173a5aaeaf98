import { z } from 'zod';
import { plainEvent as plain } from './define.ts';

const text = z.string().max(512);
const count = z.number().int().nonnegative();
const mode = z.enum(['monitor', 'enforce']);
const CHANGED = { classUid: 6003, activityId: 1 };

/** What happens to the schemas of applications. */
export const schemaEvents = {
  accepted: plain({
    type: 'schema.accepted',
    summary: 'A schema of an application was accepted: requests that do not have its form count from now on.',
    severity: 'medium',
    ocsf: CHANGED,
    payload: z.strictObject({
      version: count,
      digest: text,
      operations: count,
      mode: mode.default('enforce'),
    }),
  }),
  modeChanged: plain({
    type: 'schema.mode-changed',
    summary: 'A schema in force refuses from now on what does not fit, or only records it.',
    severity: 'medium',
    ocsf: CHANGED,
    payload: z.strictObject({
      version: count,
      digest: text,
      from: mode,
      to: mode,
    }),
  }),
  withdrawn: plain({
    type: 'schema.withdrawn',
    summary: 'A schema is in force no longer; the one before it is again, if there was one.',
    severity: 'medium',
    ocsf: { classUid: 6003, activityId: 4 },
    payload: z.strictObject({ version: count, digest: text, cause: z.enum(['operator', 'rollback']) }),
  }),
} as const;
