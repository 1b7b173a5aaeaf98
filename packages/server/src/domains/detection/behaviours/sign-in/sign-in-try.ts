import { evidenceSchema, type Evidence } from '@holdfast/contract';
import { z } from 'zod';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import { evidenceOf } from '../finding.ts';
import { networkOf } from '../source.ts';
import { textOf } from '../payload-text.ts';

/** Of our own sign-in: the pages and the administration together. */
export const OWN_SITE = 'holdfast';

const tryTypes = {
  'authentication.succeeded': 'signed-in',
  'authentication.failed': 'failed',
  'authentication.limited': 'failed',
  'identity.signed-in': 'signed-in',
  'identity.sign-in-refused': 'failed',
} as const;
export const TRY_TYPES = Object.keys(tryTypes);

export const tryEntrySchema = z.object({
  time: z.number(),
  account: z.string().max(256),
  address: z.string().max(64),
  isOk: z.boolean(),
  isKnown: z.boolean(),
  evidence: evidenceSchema,
});
/** What is remembered of one try. */
export interface TryEntry {
  readonly time: number;
  readonly account: string;
  readonly address: string;
  readonly isOk: boolean;
  /** The device signed in to this account before. */
  readonly isKnown: boolean;
  readonly evidence: Evidence;
}

/** One try to sign in, at the login form of an application or at our own. */
export interface SignInTry {
  readonly entry: TryEntry;
  /** Null = our own sign-in. */
  readonly application: string | null;
  readonly site: string;
  readonly network: string;
  /** The operator of the network where it is known, else the network itself. */
  readonly carrier: string;
  /** What the client calls itself; empty = not told, or nothing. */
  readonly agent: string;
}

/**
 * Null for what is no try of an account: steps after the password, and refusals that are about something else. A refused
 * sign-in of our own names nobody who does not exist, so all strange names of one address are one account here.
 */
export function tryOf({ event, place }: WatchedEvent): SignInTry | null {
  const outcome = tryTypes[event.type as keyof typeof tryTypes];
  const { payload, application } = event;
  const address = textOf(payload['address']);
  const isOwn = event.type.startsWith('identity.');
  const account = isOwn ? ownAccountOf(payload, address) : textOf(payload['accountKey']);
  if (outcome === undefined || address === '' || account === '') return null;
  const isOk = outcome === 'signed-in';
  const summary = `${isOk ? 'signed in' : 'wrong sign-in'}, account ${account.slice(0, 16)}, from ${address}`;
  const network = networkOf(address);
  return {
    entry: {
      time: event.time,
      account,
      address,
      isOk,
      isKnown: payload['known'] === true,
      evidence: evidenceOf(event, summary),
    },
    application: isOwn ? null : application,
    site: isOwn ? OWN_SITE : (application ?? ''),
    network,
    carrier: typeof place?.asn === 'number' ? `AS${place.asn}` : network,
    agent: textOf(payload['userAgent']),
  };
}

/** Empty = a refusal that is not about a password. */
function ownAccountOf(payload: WatchedEvent['event']['payload'], address: string): string {
  const isAbout = payload['cause'] === undefined || isPasswordTry(payload);
  return isAbout ? textOf(payload['person']) || `nobody at ${address}` : '';
}

function isPasswordTry(payload: WatchedEvent['event']['payload']): boolean {
  return payload['step'] === 'password' && ['unknown', 'wrong', 'disabled', 'locked'].includes(textOf(payload['cause']));
}
