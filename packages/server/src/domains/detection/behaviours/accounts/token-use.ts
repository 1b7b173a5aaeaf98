import type { EventRecord } from '@holdfast/contract';
import { numberOf, textOf } from '../../watch/fields/payload.ts';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import { carrierOf } from './whereabouts.ts';

/** One use of a token of a program, or a try. */
export interface TokenUse {
  readonly token: string;
  readonly address: string | null;
  readonly carrier: string | null;
  /** What it was used for, as far as a new kind of it says something. */
  readonly scope: string | null;
  /** Why it was not taken; null = it was. */
  readonly refusal: 'revoked' | 'expired' | 'disabled' | 'address' | 'permission' | null;
  readonly summary: string;
}

type Refusal = NonNullable<TokenUse['refusal']>;
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['revoked', 'revoked'],
  ['expired', 'expired'],
  ['disabled', 'disabled'],
  ['address', 'address'],
  ['permission', 'permission'],
  ['application', 'permission'],
]);
/** The gateway's own words (`gateway/steps/session.ts`). */
const NAMED = /^service account \w{1,64} token (\w{1,64})$/u;
const REASON = 'token-';

/** Null for what no token of a program did. */
export function tokenUseOf({ event, place }: WatchedEvent): TokenUse | null {
  if (event.type === 'request.completed') return requestUse(event, place);
  const { payload, type, target } = event;
  if (type === 'token.refused') return refusedCall(event);
  if (event.actor.kind !== 'token' || event.actor.ref === '') return null;
  return {
    token: event.actor.ref,
    address: null,
    carrier: null,
    scope: `${type} ${folderOf(textOf(payload, 'secret') ?? '')}`,
    refusal: type === 'secret.refused' ? 'permission' : null,
    summary: target === null ? type : `${type} ${target}`,
  };
}

/** `shop/production/KEY` -> `shop/production`: another secret beside it is nothing new. */
const folderOf = (secret: string): string => secret.split('/', 2).join('/');

function refusedCall({ payload }: EventRecord): TokenUse | null {
  const token = textOf(payload, 'token');
  const refusal = REFUSALS.get(textOf(payload, 'cause') ?? '');
  if (token === null || refusal === undefined) return null;
  const summary = `call refused: ${refusal} ${textOf(payload, 'route') ?? ''}`;
  return { token, address: null, carrier: null, scope: null, refusal, summary };
}

function requestUse(event: EventRecord, place: WatchedEvent['place']): TokenUse | null {
  const { payload, reason, application } = event;
  // Who has a session is no program, and most have one or nothing.
  if (textOf(payload, 'session') !== null) return null;
  const isRefused = reason?.startsWith(REASON) === true;
  if (!isRefused && textOf(payload, 'account') === null) return null;
  const token = tokenNamed(payload['steps']);
  const refusal = isRefused ? REFUSALS.get(reason.slice(REASON.length)) : null;
  if (token === null || refusal === undefined) return null;
  const what = `${textOf(payload, 'method') ?? ''} ${textOf(payload, 'route') ?? ''}`;
  // What is not there is no scope of it.
  const scope = payload['status'] === 404 ? null : `${application ?? ''} ${what}`;
  return { token, scope, refusal, ...sourceOf(event, place), summary: `${what} ${numberOf(payload, 'status') ?? ''}` };
}

function sourceOf({ payload }: EventRecord, place: WatchedEvent['place']): Pick<TokenUse, 'address' | 'carrier'> {
  const address = textOf(payload, 'address');
  return { address, carrier: address === null ? null : carrierOf(address, place) };
}

function tokenNamed(steps: unknown): string | null {
  if (!Array.isArray(steps)) return null;
  for (const step of steps as readonly unknown[]) {
    const detail = typeof step === 'object' && step !== null && 'detail' in step ? step.detail : null;
    const token = typeof detail === 'string' ? NAMED.exec(detail)?.[1] : undefined;
    if (token !== undefined) return token;
  }
  return null;
}
