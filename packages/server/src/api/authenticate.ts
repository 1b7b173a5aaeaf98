import { createMiddleware } from 'hono/factory';
import type { Principal } from '../domains/access/index.ts';
import type { Identity } from '../domains/identity/index.ts';
import { Refusal } from '../platform/refusal.ts';
import type { Trust } from './parts.ts';
import type { ApiEnv } from './route.ts';

const RETRY_AFTER_SECONDS = 1;
/** `Authorization: Bearer hf_…` (RFC 6750 §2.1); the scheme is case-insensitive (RFC 9110 §11.1). */
const BEARER = /^bearer +([!-~]{1,200})$/iu;

type Cause = Parameters<Identity['noteRefusal']>[0]['cause'];

interface Refused {
  readonly identity: Identity;
  readonly route: string;
  readonly cause: Cause;
}

/** Beyond a few refusals a second the answer is 429 and no more records are made: the ledger is not a stranger's to fill. */
async function refuse({ identity, route, cause }: Refused): Promise<never> {
  const isNoted = await identity.noteRefusal({ route: route.slice(0, 512), cause });
  if (!isNoted) throw new Refusal('rate-limited', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  if (cause === 'permission') throw new Refusal('permission-missing');
  throw new Refusal(cause === 'missing' ? 'token-required' : 'token-refused');
}

/** Runs before every route below `/api/v1/`, so that no route can forget it. */
export function authenticate(identity: Identity, trust: Trust) {
  return createMiddleware<ApiEnv>(async (context, next) => {
    const route = `${context.req.method} ${context.req.path}`;
    context.set('principal', await principalOf({ identity, trust, route, header: context.req.header('authorization') }));
    await next();
    if (context.get('refusedPermission')) await identity.noteRefusal({ route: route.slice(0, 512), cause: 'permission' });
  });
}

interface Caller {
  readonly identity: Identity;
  readonly trust: Trust;
  readonly route: string;
  readonly header: string | undefined;
}

async function principalOf({ identity, trust, route, header }: Caller): Promise<Principal> {
  if (trust.kind === 'host-operator') {
    return { actor: { kind: 'operator', ref: `host:${trust.uid}` }, permissions: 'all' };
  }
  if (header === undefined) return refuse({ identity, route, cause: 'missing' });
  const text = BEARER.exec(header)?.[1];
  if (text === undefined) return refuse({ identity, route, cause: 'unknown' });
  const verification = await identity.verifyToken(text);
  if (verification.kind === 'refused') return refuse({ identity, route, cause: verification.cause });
  const { id, permissions } = verification.token;
  return { actor: { kind: 'token', ref: id }, permissions: new Set(permissions) };
}
