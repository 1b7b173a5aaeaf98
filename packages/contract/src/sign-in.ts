import { z } from 'zod';
import { slugSchema } from './names.ts';

/**
 * How an answer of the application's own login form is told apart. What is given has to be so all together: a status of the
 * list, a redirect to a place that begins so, this text in the body.
 */
export const signInSignSchema = z.strictObject({
  statuses: z.array(z.number().int().min(200).max(599)).max(16).default([]),
  location: z.string().min(1).max(512).nullable().default(null),
  body: z.string().min(1).max(256).nullable().default(null),
});
export type SignInSign = z.infer<typeof signInSignSchema>;

const saysSomething = ({ statuses, location, body }: SignInSign): boolean =>
  statuses.length > 0 || location !== null || body !== null;

/** The application's own login form: watched, told of and slowed down; the password is never read. */
export const signInObserverSchema = z
  .strictObject({
    /** Canonical path that the form is sent to. */
    path: z
      .string()
      .min(1)
      .max(512)
      .regex(/^\/[\x21-\x7e]*$/u, 'a path that begins with / and has no query')
      .refine((path) => !/[?#]/u.test(path), 'a path without query'),
    /** Method that it is sent with. */
    method: z.enum(['POST', 'PUT', 'PATCH', 'GET']).default('POST'),
    /** Field of the form or member of the JSON document that holds the name of the account. */
    accountField: z.string().min(1).max(64),
    /** What an answer to a right password looks like; null = whatever is no failure. */
    success: signInSignSchema.nullable().default(null),
    /** What an answer to a wrong one looks like; null = whatever is no success. */
    failure: signInSignSchema.nullable().default(null),
  })
  .refine(({ success, failure }) => [success, failure].some((sign) => sign !== null && saysSomething(sign)), {
    message: 'says neither what a success nor what a failure looks like',
  });
export type SignInObserver = z.infer<typeof signInObserverSchema>;

export const signInSettingsSchema = z.strictObject({
  observers: z.array(signInObserverSchema).max(16).default([]),
});

/** What is looked at of an answer. */
export interface SignInAnswer {
  readonly status: number;
  readonly location: string | null;
  /** Its beginning as text; null = it is none, or nobody asked for it. */
  readonly body: string | null;
}

export type SignInOutcome = 'succeeded' | 'failed' | 'unclear';

// Any origin does: only what is relative to it is compared.
const BASE = 'https://own.invalid';

function placeOf(location: string): string {
  const url = URL.parse(location, BASE);
  return url === null ? location : url.pathname + url.search;
}

function shows({ status, location, body }: SignInAnswer, sign: SignInSign | null): boolean {
  if (sign === null || !saysSomething(sign)) return false;
  if (sign.statuses.length > 0 && !sign.statuses.includes(status)) return false;
  if (sign.location !== null && (location === null || !placeOf(location).startsWith(sign.location))) return false;
  return sign.body === null || (body !== null && body.includes(sign.body));
}

/**
 * What an answer says of the try. A failure counts before a success, so that a rule that fits both lets nobody guess on.
 *
 * @example signInOutcome(observer, { status: 401, location: null, body: null }) // 'failed'
 */
export function signInOutcome({ success, failure }: SignInObserver, answer: SignInAnswer): SignInOutcome {
  if (shows(answer, failure)) return 'failed';
  if (shows(answer, success)) return 'succeeded';
  if (success === null) return answer.status < 400 ? 'succeeded' : 'unclear';
  return failure === null && answer.status < 500 ? 'failed' : 'unclear';
}

/** More names in one try than this are no login form. */
export const SIGN_IN_ACCOUNTS_MAX = 4;
const accountSchema = z.string().max(256);
const deviceSchema = z.string().max(512);
/** What wrong tries are counted by. */
export const SIGN_IN_COUNTERS = ['account', 'device', 'address', 'network'] as const;

/** One try at the application's own form. `address` null = its source is not counted. */
const triedSchema = z.strictObject({
  application: slugSchema,
  accounts: z.array(accountSchema).min(1).max(SIGN_IN_ACCOUNTS_MAX),
  address: z.string().max(64).nullable(),
  /** What the cookie of the device says. */
  device: deviceSchema.nullable(),
});
export type SignInTry = z.infer<typeof triedSchema>;

/** Asked before the try reaches the application, and when it was right. */
export const signInTryAskSchema = triedSchema.extend({ kind: z.literal('sign-in-try') });
export const signInSuccessAskSchema = triedSchema.extend({ kind: z.literal('sign-in-success') });

export const signInTryAnswerSchema = z.strictObject({
  kind: z.literal('sign-in-try'),
  /** 0 = it may be tried, and is counted. */
  waitSeconds: z.number().int().nonnegative(),
  /** What is over its limit; null = nothing. */
  what: z.enum(SIGN_IN_COUNTERS).nullable(),
  /** The first time at this step of the wait. */
  isNew: z.boolean(),
  failures: z.number().int().nonnegative(),
  /** Keyed hashes of the accounts, in their order: what records name them by. */
  keys: z.array(z.string().max(64)).max(SIGN_IN_ACCOUNTS_MAX),
  /** The device signed in to this account before. */
  isKnown: z.boolean(),
});
export type SignInVerdict = z.infer<typeof signInTryAnswerSchema>;
/** `device` is the new value of the cookie; null = it keeps what it has. */
export const signInSuccessAnswerSchema = z.strictObject({ kind: z.literal('sign-in-success'), device: deviceSchema.nullable() });

const ACCOUNT_CHARS_MAX = 256;

/** One spelling of an account's name: applications differ in what they take for the same one, and a wrong guess is one of all. */
export const foldAccount = (typed: string): string =>
  typed
    .slice(0, ACCOUNT_CHARS_MAX * 4)
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .slice(0, ACCOUNT_CHARS_MAX);

/** `POST /api/v1/applications/{id}/sign-in/clear`; null = every account and source. */
export const signInClearSchema = z.strictObject({ account: z.string().min(1).max(ACCOUNT_CHARS_MAX).nullable() });
