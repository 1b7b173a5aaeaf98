import type { EventRecord } from '@holdfast/contract';
import { textOf } from '../../watch/fields/payload.ts';

export const SIGNED_IN_TYPES = ['identity.signed-in', 'authentication.succeeded'];

/** Somebody came in, at our own sign-in or at the form of an application. */
export interface SignedIn {
  /** Id of the person, or key of the account at the application. */
  readonly account: string;
  readonly address: string;
  readonly userAgent: string;
  /** The device had signed in to this account before. */
  readonly isKnown: boolean;
  /** Of the application; ours are told of by events of their own. */
  readonly session: string | null;
}

export function signedInOf({ type, payload }: EventRecord): SignedIn | null {
  if (!SIGNED_IN_TYPES.includes(type)) return null;
  const account = textOf(payload, type === 'identity.signed-in' ? 'person' : 'accountKey');
  const address = textOf(payload, 'address');
  if (account === null || address === null) return null;
  const userAgent = textOf(payload, 'userAgent') ?? '';
  return { account, address, userAgent, isKnown: payload['known'] === true, session: textOf(payload, 'session') };
}
