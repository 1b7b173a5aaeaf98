import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Access, Principal } from '../domains/access/index.ts';
import { adminSession, asPrincipal, assertFromHere, type SessionCheck } from './admin-session.ts';
import type { Dormancy } from '../domains/detection/index.ts';
import type { Identity, RefusedCall } from '../domains/identity/index.ts';
import { Refusal } from '../platform/refusal.ts';
import type { Trust } from './parts.ts';
import type { ApiEnv } from './route.ts';

const RETRY_AFTER_SECONDS = 1;
const ROUTE_CHARS_MAX = 512;
/** `Authorization: Bearer hf_…` (RFC 6750 §2.1); the scheme is case-insensitive (RFC 9110 §11.1). */
const BEARER = /^bearer +([!-~]{1,200})$/iu;

interface Refused extends RefusedCall {
  readonly identity: Identity;
}

/**
 * Beyond a few refusals a second no more records are made: the ledger is not a stranger's to fill. Only who sends tokens that
 * nobody has is told to slow down; a session or token that ended must read that it ended, however often it calls.
 */
async function refuse({ identity, ...refused }: Refused): Promise<never> {
  const { cause } = refused;
  const isNoted = await identity.noteRefusal(refused);
  if (!isNoted && cause === 'unknown') throw new Refusal('rate-limited', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  if (cause === 'address') throw new Refusal('address-refused');
  throw new Refusal(cause === 'missing' ? 'token-required' : 'token-refused');
}

export interface Gate {
  readonly identity: Identity;
  /** Asked for with each call. */
  readonly access: () => Access['api'];
  readonly trust: Trust;
  /** Null = nobody signs in here. */
  readonly sessions: SessionCheck | null;
  /** Left out = nobody is asked again before a call is answered. */
  readonly dormancy?: Pick<Dormancy, 'before'> | undefined;
}

/** Runs before every route below `/api/v1/`, so that no route can forget it. */
export function authenticate(gate: Gate) {
  const { identity, trust } = gate;
  return createMiddleware<ApiEnv>(async (context, next) => {
    const route = `${context.req.method} ${context.req.path}`.slice(0, ROUTE_CHARS_MAX);
    const principal: Principal =
      trust.kind === 'host-operator' && context.req.header('authorization') === undefined
        ? { actor: { kind: 'operator', ref: `host:${trust.uid}` }, permissions: 'all' }
        : await principalOf(gate, route, context);
    context.set('principal', principal);
    context.set('access', gate.access());
    if (gate.dormancy !== undefined) context.set('dormancy', gate.dormancy);
    await next();
    if (context.get('refusedPermission')) {
      const { account, actor } = principal;
      const token = account === undefined ? undefined : { id: actor.ref, account };
      await identity.noteRefusal({ route, cause: 'permission', token });
    }
  });
}

/** Of the TCP connection; null = there is none, as in a call within this process. */
export function peerAddress({ env }: Context<ApiEnv>): string | null {
  // What the Node adapter of the framework hands on; the framework itself types it as whatever a server gives.
  const { incoming } = (env ?? {}) as { incoming?: Partial<HttpBindings['incoming']> };
  return incoming?.socket?.remoteAddress ?? null;
}

/** The token that the caller sent, if it can be one. */
export function bearerToken(context: Context<ApiEnv>): string | null {
  return BEARER.exec(context.req.header('authorization') ?? '')?.[1] ?? null;
}

/** A token comes first: whoever sends one means it, whatever cookies the browser adds. */
async function principalOf({ identity, sessions }: Gate, route: string, context: Context<ApiEnv>): Promise<Principal> {
  const header = context.req.header('authorization');
  if (header === undefined) {
    const session = sessions === null ? null : await adminSession(context, sessions);
    if (session === null || sessions === null) return refuse({ identity, route, cause: 'missing' });
    return asPrincipal(session, assertFromHere(context) && (await sessions.isElevated(session.hash)));
  }
  const text = bearerToken(context);
  if (text === null) return refuse({ identity, route, cause: 'unknown' });
  const verification = await identity.verifyToken(text, peerAddress(context));
  if (verification.kind === 'refused') {
    const { cause } = verification;
    return refuse({ identity, route, cause, token: cause === 'unknown' ? undefined : verification.token });
  }
  const { id, permissions, account } = verification.token;
  return { actor: { kind: 'token', ref: id }, permissions: new Set(permissions), account };
}
