import { randomUUID } from 'node:crypto';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A token that was given out, in Vault's words. */
export interface AuthBlock {
  readonly client_token: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly token_policies: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly lease_duration: number;
  readonly renewable: boolean;
  readonly entity_id: string;
  readonly token_type: 'service';
  readonly orphan: boolean;
  readonly num_uses: number;
}

export interface LeaseBlock {
  readonly id: string;
  readonly renewable: boolean;
  readonly seconds: number;
}

export interface WrapBlock {
  readonly token: string;
  readonly accessor: string;
  readonly ttl: number;
  readonly creation_time: string;
  readonly creation_path: string;
}

/** What an operation gives back, before it has the form that clients read. */
export type VaultAnswer =
  | {
      readonly kind: 'data';
      /** Null = the answer is about its lease alone. */
      readonly data: JsonObject | null;
      readonly lease?: LeaseBlock;
      readonly warnings?: readonly string[];
      /** 404 for what is there and hidden: clients then read the data. */
      readonly status?: number;
    }
  | { readonly kind: 'auth'; readonly auth: AuthBlock }
  | { readonly kind: 'wrap'; readonly wrap: WrapBlock }
  | { readonly kind: 'empty' }
  /** Without the envelope: health, seal status. */
  | { readonly kind: 'bare'; readonly body: JsonObject; readonly status: number }
  /** An envelope that was put away before. */
  | { readonly kind: 'stored'; readonly text: string };

export const data = (fields: JsonObject): VaultAnswer => ({ kind: 'data', data: fields });
export const EMPTY: VaultAnswer = { kind: 'empty' };

/** The envelope of every answer; what does not apply stands there as null or nothing. */
export function envelopeOf(answer: Exclude<VaultAnswer, { kind: 'empty' | 'bare' | 'stored' }>): JsonObject {
  const lease = answer.kind === 'data' ? answer.lease : undefined;
  return {
    request_id: randomUUID(),
    lease_id: lease?.id ?? '',
    renewable: lease?.renewable ?? false,
    lease_duration: lease?.seconds ?? 0,
    data: answer.kind === 'data' ? answer.data : null,
    wrap_info: answer.kind === 'wrap' ? answer.wrap : null,
    warnings: answer.kind === 'data' ? (answer.warnings ?? null) : null,
    auth: answer.kind === 'auth' ? answer.auth : null,
  };
}

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export function toResponse(answer: VaultAnswer): Response {
  if (answer.kind === 'empty') return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
  if (answer.kind === 'bare') return new Response(JSON.stringify(answer.body), { status: answer.status, headers: HEADERS });
  if (answer.kind === 'stored') return new Response(answer.text, { headers: HEADERS });
  const status = answer.kind === 'data' ? (answer.status ?? 200) : 200;
  return new Response(JSON.stringify(envelopeOf(answer)), { status, headers: HEADERS });
}

export function errorResponse(status: number, errors: readonly string[], retryAfterSeconds: number | null = null): Response {
  const headers = retryAfterSeconds === null ? HEADERS : { ...HEADERS, 'retry-after': String(retryAfterSeconds) };
  return new Response(JSON.stringify({ errors }), { status, headers });
}
