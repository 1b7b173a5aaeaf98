import { z } from 'zod';
import { TOKEN_CIDRS_MAX } from './api/tokens.ts';
import { prefixSchema, slugSchema, timestampSchema, ulidSchema } from './names.ts';
import { signInSuccessAnswerSchema, signInSuccessAskSchema, signInTryAnswerSchema, signInTryAskSchema } from './sign-in.ts';
import {
  uploadKeepAnswerSchema,
  uploadKeepAskSchema,
  uploadKnownAnswerSchema,
  uploadKnownAskSchema,
  uploadStoredAnswerSchema,
  uploadStoredAskSchema,
} from './upload.ts';

/** Name of the session cookie. Where the client's side is HTTPS the prefix keeps other hosts and plain HTTP from setting it. */
export const SESSION_COOKIE = 'holdfast';
/** RFC 6265bis §4.1.3.2: Secure, Path=/ and no Domain, or the browser does not take the cookie. */
export const HOST_PREFIX = '__Host-';

/**
 * The name that a cookie of ours has on this listener.
 *
 * @example ownCookieName(SESSION_COOKIE, true) // '__Host-holdfast'
 */
export const ownCookieName = (name: string, secure: boolean): string => (secure ? `${HOST_PREFIX}${name}` : name);

/** SHA-256 of a session token, hex: what is stored, asked for and told of instead of the token. */
export const sessionHashSchema = z.string().regex(/^[0-9a-f]{64}$/u);

/** Who asks, as a gateway needs to know it. Never holds a token. */
export const gatewaySessionSchema = z.strictObject({
  hash: sessionHashSchema,
  /** Names the session in lists, in records and for the application. */
  id: ulidSchema,
  person: ulidSchema,
  name: z.string().max(256),
  email: z.string().max(320).nullable(),
  role: z.string().max(64).nullable(),
  groups: z.array(z.string().max(64)).max(64),
  acr: z.enum(['aal1', 'aal2']),
  amr: z.array(z.string().max(16)).max(8),
  authTime: timestampSchema,
  expiresAt: timestampSchema,
  idleMs: z.number().int().positive(),
});
export type GatewaySession = z.infer<typeof gatewaySessionSchema>;

/** A program that asks with the token of a service account, as a gateway needs to know it. Never holds the token. */
export const gatewayAccountSchema = z.strictObject({
  hash: sessionHashSchema,
  id: ulidSchema,
  name: slugSchema,
  /** Names the token in records and for the application. */
  token: ulidSchema,
  /** Where it is good from; none = anywhere. */
  cidrs: z.array(prefixSchema).max(TOKEN_CIDRS_MAX),
  expiresAt: timestampSchema,
  /** Why it is not taken at this application; null = it is. */
  refusal: z.enum(['expired', 'revoked', 'disabled', 'application']).nullable(),
});
export type GatewayAccount = z.infer<typeof gatewayAccountSchema>;

const headerSchema = z.tuple([z.string().max(256), z.string().max(16_384)]);

/** A form of ours is a few fields; the longest holds the answer of a passkey. */
export const OWN_PAGE_REQUEST_BYTES_MAX = 65_536;
export const OWN_PAGE_RESPONSE_CHARS_MAX = 262_144;
const BASE64_CHARS_MAX = Math.ceil(OWN_PAGE_REQUEST_BYTES_MAX / 3) * 4;

/** A request for one of our own pages under `/.holdfast/`: the fields that such a page reads, and no others. */
export const ownPageRequestSchema = z.strictObject({
  method: z.string().max(32),
  /** Canonical path. */
  path: z.string().max(8192),
  /** Without `?`. */
  query: z.string().max(8192),
  /** Lower-case names. `cookie` holds our own cookies only, without the one of the session. */
  headers: z.array(headerSchema).max(32),
  /** base64. */
  body: z.string().max(BASE64_CHARS_MAX),
  /** Client address as believed. */
  address: z.string().max(64),
  /** Host with its port as the client wrote it. */
  host: z.string().max(300),
  /** The client's side is HTTPS. */
  secure: z.boolean(),
  application: slugSchema,
  session: gatewaySessionSchema.nullable(),
});
export type OwnPageRequest = z.infer<typeof ownPageRequestSchema>;

export const ownPageResponseSchema = z.strictObject({
  status: z.number().int().min(200).max(599),
  headers: z.array(headerSchema).max(64),
  body: z.string().max(OWN_PAGE_RESPONSE_CHARS_MAX),
});
export type OwnPageResponse = z.infer<typeof ownPageResponseSchema>;

/** What a gateway asks the control plane while a request waits. */
export const askSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('session'), hash: sessionHashSchema, application: slugSchema }),
  z.strictObject({ kind: z.literal('account'), hash: sessionHashSchema, application: slugSchema }),
  z.strictObject({ kind: z.literal('page'), request: ownPageRequestSchema }),
  signInTryAskSchema,
  signInSuccessAskSchema,
  uploadKnownAskSchema,
  uploadKeepAskSchema,
  uploadStoredAskSchema,
]);
export type Ask = z.infer<typeof askSchema>;

/** `failed` says nothing about the session: whoever asked must not go on as if it were anonymous. */
export const answerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('session'), session: gatewaySessionSchema.nullable() }),
  z.strictObject({ kind: z.literal('account'), account: gatewayAccountSchema.nullable() }),
  z.strictObject({ kind: z.literal('page'), response: ownPageResponseSchema }),
  signInTryAnswerSchema,
  signInSuccessAnswerSchema,
  uploadKnownAnswerSchema,
  uploadKeepAnswerSchema,
  uploadStoredAnswerSchema,
  z.strictObject({ kind: z.literal('failed') }),
]);
export type Answer = z.infer<typeof answerSchema>;

const coordinate = z
  .string()
  .length(43)
  .regex(/^[A-Za-z0-9_-]+$/u);
/** RFC 7518 §6.2.1, for ES256. */
export const publicJwkSchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
  kid: z.string().min(1).max(64),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});
export type PublicJwk = z.infer<typeof publicJwkSchema>;
export const privateJwkSchema = publicJwkSchema.extend({ d: coordinate });
export type PrivateJwk = z.infer<typeof privateJwkSchema>;

/** A key that signs `X-Holdfast-Jwt-Assertion`. All are published; the newest that has begun signs. */
export const identityKeySchema = z.strictObject({
  kid: z.string().min(1).max(64),
  privateJwk: privateJwkSchema,
  publicJwk: publicJwkSchema,
  /** It is published before it signs, so that applications that keep the list for a while know it by then. */
  notBefore: timestampSchema,
});
export type IdentityKey = z.infer<typeof identityKeySchema>;
