import { z } from 'zod';
import { timestampSchema } from '../names.ts';
import { trafficCountsSchema } from './traffic.ts';

/** Things to do that the overview knows of, the most urgent first. */
export const TODO_KINDS = [
  'ledger-damaged',
  'self-test-failed',
  'bypass-active',
  'certificate-expired',
  'certificate-expiring',
  'no-second-admin',
  'backup-missing',
  'people-without-mfa',
  'tuning-open',
  'ready-to-enforce',
  'tokens-expiring',
] as const;
export type TodoKind = (typeof TODO_KINDS)[number];

/** More would not be done today. */
export const TODO_MAX = 5;

export const todoSchema = z.strictObject({
  kind: z.enum(TODO_KINDS),
  what: z.string().max(200),
  why: z.string().max(300),
  /** What does it on the command line; empty = nothing there does. */
  command: z.string().max(200),
  /** The page of the console where it is done. */
  path: z.string().max(200),
});
export type Todo = z.infer<typeof todoSchema>;

export const overviewQuerySchema = z.object({
  /** Where "today" begins for whoever asks; left out = midnight, UTC. */
  since: z.coerce.number().int().nonnegative().optional(),
});

export const overviewSchema = z.strictObject({
  /** attention = something is wrong now; recording = all is well, and attacks are recorded only. */
  verdict: z.enum(['protected', 'recording', 'bypassed', 'attention', 'empty']),
  line: z.string().max(200),
  reasons: z.array(z.string().max(200)).max(10),
  todo: z.array(todoSchema).max(TODO_MAX),
  /** Things to do beyond those. */
  more: z.number().int().nonnegative(),
  today: z.strictObject({
    since: timestampSchema,
    counts: trafficCountsSchema,
    p95Us: z.number().int().nonnegative().nullable(),
  }),
  applications: z.strictObject({ enforcing: z.number().int(), monitoring: z.number().int() }),
  /** Null = none was ever run. */
  selfTest: z.strictObject({ passed: z.boolean(), at: timestampSchema }).nullable(),
  bypassUntil: timestampSchema.nullable(),
  at: timestampSchema,
});
export type Overview = z.infer<typeof overviewSchema>;
