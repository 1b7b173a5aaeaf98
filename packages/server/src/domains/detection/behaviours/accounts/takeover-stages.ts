import type { EventRecord } from '@holdfast/contract';
import { numberOf, textOf } from '../../watch/fields/payload.ts';
import { PRIVILEGED_TYPES, privilegedActorOf } from './actors.ts';

/** What makes an account somebody else's, and what it is then used for. */
export type Deed = 'change' | 'reach';

const CHANGE_TYPES: ReadonlySet<string> = new Set([
  'identity.password-changed',
  'identity.factor-enrolled',
  'identity.factor-removed',
  'identity.recovery-used',
  'identity.provider-connected',
]);
const REACH_TYPES: ReadonlySet<string> = new Set(PRIVILEGED_TYPES.filter((type) => type !== 'token.created'));

export const DEED_TYPES: readonly string[] = [...CHANGE_TYPES, 'request.completed', ...PRIVILEGED_TYPES];

/** Words of routes, whole ones only; routes are cut at 512 characters and these have no nested repetition. */
const CHANGE_ROUTE =
  /(?:^|[/_.-])(?:e-?mail|password|passwd|mfa|2fa|two-?factor|totp|passkeys?|payouts?|bank-?accounts?|iban|payment-methods?|api-?keys?|access-?tokens?)(?:$|[/_.-])/iu;
const REACH_ROUTE =
  /(?:^|[/_.-])(?:exports?|downloads?|transfers?|withdraw|withdrawals?|payments?|admin|administration|backups?)(?:$|[/_.-])/iu;

export interface Done {
  readonly account: string;
  readonly deed: Deed;
}

/** Null for what is neither, was refused, or was done by nobody who is known. */
export function deedOf(event: EventRecord): Done | null {
  if (event.type === 'request.completed') return requestDeed(event);
  if (event.outcome !== 'ok' && event.outcome !== 'allowed') return null;
  if (CHANGE_TYPES.has(event.type)) return changeOf(event);
  const person = privilegedActorOf(event)?.person ?? null;
  if (person === null) return null;
  // A new key is a way back in.
  if (event.type === 'token.created') return { account: person, deed: 'change' };
  return REACH_TYPES.has(event.type) ? { account: person, deed: 'reach' } : null;
}

/** Of one's own account. A first password is the end of an invitation. */
function changeOf({ payload }: EventRecord): Done | null {
  const account = textOf(payload, 'person');
  return account === null || payload['cause'] === 'first' ? null : { account, deed: 'change' };
}

function requestDeed({ payload }: EventRecord): Done | null {
  const account = textOf(payload, 'account');
  const route = textOf(payload, 'route');
  if (account === null || route === null || (numberOf(payload, 'status') ?? 500) >= 400) return null;
  const { method } = payload;
  const isRead = method === 'GET' || method === 'HEAD';
  if (!isRead && CHANGE_ROUTE.test(route)) return { account, deed: 'change' };
  return REACH_ROUTE.test(route) ? { account, deed: 'reach' } : null;
}
