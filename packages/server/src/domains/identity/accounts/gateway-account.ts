import type { GatewayAccount } from '@holdfast/contract';
import type { Verification } from '../verify-token.ts';

/** What a gateway may know of a token, for one application; null = nobody has this token. */
export function toGatewayAccount(verified: Verification, hash: string, application: string): GatewayAccount | null {
  if (verified.kind === 'refused' && verified.cause === 'unknown') return null;
  const { id: token, account, cidrs, expiresAt } = verified.token;
  return { hash, id: account.id, name: account.name, token, cidrs, expiresAt, refusal: refusalOf(verified, application) };
}

function refusalOf(verified: Exclude<Verification, { cause: 'unknown' }>, application: string): GatewayAccount['refusal'] {
  // Where a call comes from is for the gateway to see.
  if (verified.kind === 'refused') return verified.cause === 'address' ? null : verified.cause;
  return verified.account.applications.includes(application) ? null : 'application';
}
