import { problemSchema, type Permission } from '@holdfast/contract';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import { may, type Principal } from '../domains/access/index.ts';
import { Refusal } from '../platform/refusal.ts';

export interface ApiEnv {
  Variables: { requestId: string; principal: Principal; refusedPermission: boolean };
}
export type Api = OpenAPIHono<ApiEnv>;

/** Every route below `/api/v1/` spreads this into its definition: what it needs is written beside it and in the OpenAPI document. */
export function needs(permission: Permission) {
  const check: MiddlewareHandler<ApiEnv> = async (context, next) => {
    if (!may(context.get('principal'), permission)) {
      context.set('refusedPermission', true);
      throw new Refusal('permission-missing');
    }
    await next();
  };
  return { middleware: check, security: [{ bearer: [] }], 'x-permission': permission };
}

const PROBLEM = { description: 'A refusal (RFC 9457).', content: { 'application/problem+json': { schema: problemSchema } } };

/** The one good answer of a route; everything else is a problem document. */
export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } }, default: PROBLEM };
}

export function created<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 201: { description, content: { 'application/json': { schema } } }, default: PROBLEM };
}

export function noContent(description: string) {
  return { 204: { description }, default: PROBLEM };
}

/** Required, because without that a body of another content type would pass unchecked. */
export function body<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}
