import { z } from 'zod';
import { SIGN_IN_COUNTERS } from '../sign-in.ts';
import { defineEvent } from './define.ts';

/** OCSF 3002: authentication, logon. */
const LOGON = { classUid: 3002, activityId: 1 };

const tried = {
  /** As it was typed into the application's form, lower case. Never the password. */
  account: z.string().max(256),
  /** Keyed hash of it: the same account has the same one, and nobody reads the name out of it. */
  accountKey: z.string().max(64),
  address: z.string().max(64),
  userAgent: z.string().max(512),
  path: z.string().max(512),
  /** The device signed in to this account before. */
  known: z.boolean(),
  /** Of the application: the session that it began, or in which it was tried; named as in `request.completed`. */
  session: z.string().max(64).nullable().default(null),
};
const personal = {
  account: 'name',
  accountKey: 'none',
  address: 'address',
  userAgent: 'agent',
  path: 'none',
  known: 'none',
  session: 'none',
} as const;

/** What was seen of tries at an application's own login form. */
export const authenticationEvents = {
  succeeded: defineEvent({
    type: 'authentication.succeeded',
    version: 1,
    audited: 'always',
    summary: 'Somebody signed in at the own login form of an application.',
    severity: 'info',
    ocsf: LOGON,
    payload: z.strictObject(tried),
    personal,
  }),
  failed: defineEvent({
    type: 'authentication.failed',
    version: 1,
    audited: 'always',
    summary: 'A wrong sign-in at the own login form of an application: which account, and where from.',
    severity: 'low',
    ocsf: LOGON,
    payload: z.strictObject(tried),
    personal,
  }),
  limited: defineEvent({
    type: 'authentication.limited',
    version: 1,
    audited: 'always',
    summary: 'Too many wrong sign-ins at the own login form of an application: it waits, and longer with each further one.',
    severity: 'high',
    ocsf: LOGON,
    payload: z.strictObject({
      ...tried,
      what: z.enum(SIGN_IN_COUNTERS),
      failures: z.number().int().nonnegative(),
      waitSeconds: z.number().int().nonnegative(),
    }),
    personal: { ...personal, what: 'none', failures: 'none', waitSeconds: 'none' },
  }),
  cleared: defineEvent({
    type: 'authentication.cleared',
    version: 1,
    audited: 'always',
    summary: 'An operator let an account of an application, or all of them, be tried again at once.',
    severity: 'medium',
    ocsf: { classUid: 3001, activityId: 99 },
    payload: z.strictObject({ accountKey: z.string().max(64).nullable() }),
    personal: { accountKey: 'none' },
  }),
} as const;
