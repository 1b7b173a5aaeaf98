import type { z } from 'zod';
import type { Principal } from '../../../domains/access/index.ts';
import type { SecretCaller } from '../../../domains/secrets/index.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { JsonObject } from './answer.ts';
import type { TokenFacts } from '../auth/token-facts.ts';

export type Operation = 'read' | 'list' | 'write' | 'patch' | 'delete';

/** One call, taken apart. Of nobody in particular yet. */
export interface OpenCall {
  readonly operation: Operation;
  /** Below `/v1/`, without a slash at its end. */
  readonly path: string;
  /** What stands where the route has `:name` or `*rest`. */
  readonly params: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** Of the connection; null = nobody can say. */
  readonly address: string | null;
  /** As it was sent: some calls are about the token that stands where the caller's own would. */
  readonly tokenText: string | null;
}

export interface VaultCall extends OpenCall {
  readonly principal: Principal;
  readonly token: TokenFacts;
  /** What values are wanted for. */
  readonly purpose: string;
}

export function param({ params }: OpenCall, name: string): string {
  const value = params.get(name);
  if (value === undefined) throw new Error('assertion: the route has a parameter of this name');
  return value;
}

/** As the domain of secrets knows it. */
export const callerOf = ({ principal, purpose }: VaultCall): SecretCaller => ({ principal, purpose, via: 'vault' });

export const invalid = (detail: string, pointer = ''): Refusal => new Refusal('input-invalid', { errors: [{ pointer, detail }] });

/** The body as this operation takes it; fields that it does not know are none of its business, as with Vault. */
export function bodyOf<Schema extends z.ZodType>({ body }: OpenCall, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refusal('input-invalid', {
    errors: parsed.error.issues.map(({ path, message }) => ({ pointer: path.map(String).join('.'), detail: message })),
  });
}
