import { problemSchema, type Permission } from '@holdfast/contract';
import { z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { isSensitive, type Access, type Principal } from '../domains/access/index.ts';
import type { Dormancy } from '../domains/detection/index.ts';
import { ELEVATION_MS } from '../domains/identity/index.ts';
import { Refusal } from '../platform/refusal.ts';

export interface ApiEnv {
  Variables: {
    requestId: string;
    principal: Principal;
    access: Pick<Access['api'], 'decide'>;
    refusedPermission: boolean;
    dormancy?: Pick<Dormancy, 'before'>;
  };
}
export type Api = OpenAPIHono<ApiEnv>;

export interface Need {
  /** It takes a right or a way in away: worth doing at once, whoever does it. */
  readonly isCalming?: boolean;
  /** Whoever does it decides, because it depends on what it is done to; here it is only said in the OpenAPI document. */
  readonly isDecidedBelow?: boolean;
}

/** A person in a browser confirms sensitive changes: a session that somebody else got hold of changes nothing that lasts. */
export function assertElevated({ session }: Principal): void {
  if (session === undefined || session.isElevated) return;
  throw new Refusal('step-up-required', { stepUp: { acr: 'aal2', maxAgeSeconds: ELEVATION_MS / 1000 } });
}

/** Whoever was away for weeks shows again who they are, where that is asked for, before anything privileged is answered. */
async function askDormant(context: Context<ApiEnv>, permission: Permission): Promise<void> {
  const { session } = context.get('principal');
  if (session !== undefined) await context.get('dormancy')?.before({ person: session.person, permission });
}

const READING = new Set(['GET', 'HEAD']);

/** Every route below `/api/v1/` spreads this into its definition: what it needs is written beside it and in the OpenAPI document. */
export function needs(permission: Permission, { isCalming = false, isDecidedBelow = false }: Need = {}) {
  const check: MiddlewareHandler<ApiEnv> = async (context, next) => {
    const isReading = READING.has(context.req.method);
    if (isDecidedBelow) {
      if (permission === 'secret:reveal') await askDormant(context, permission);
      return next();
    }
    const verdict = await context.get('access').decide(context.get('principal'), permission, context.req.method);
    if (verdict !== 'allowed') {
      context.set('refusedPermission', true);
      throw new Refusal(verdict === 'missing' ? 'permission-missing' : 'access-denied');
    }
    if (isSensitive(permission) && !isCalming && !isReading) {
      assertElevated(context.get('principal'));
      await askDormant(context, permission);
    }
    return next();
  };
  return { middleware: check, security: [{ bearer: [] }, { session: [] }], 'x-permission': permission };
}

export const PROBLEM = {
  description: 'A refusal (RFC 9457).',
  content: { 'application/problem+json': { schema: problemSchema } },
};

/** The one good answer of a route; everything else is a problem document. */
export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } }, default: PROBLEM };
}

export function created<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 201: { description, content: { 'application/json': { schema } } }, default: PROBLEM };
}

/** A file, to keep and never to show. */
export function octets(description: string) {
  const schema = z.string().openapi({ format: 'binary' });
  return { 200: { description, content: { 'application/octet-stream': { schema } } }, default: PROBLEM };
}

export function noContent(description: string) {
  return { 204: { description }, default: PROBLEM };
}

/** Required, because without that a body of another content type would pass unchecked. */
export function body<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}
