import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';

/** What is served under `/.well-known/holdfast/jwks.json` (RFC 7517 §5). */
export interface KeyList {
  readonly keys: readonly (JsonWebKey & { readonly kid?: string })[];
}

export interface Assertion {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>> & { readonly iat: number; readonly exp: number };
}

interface Expected {
  readonly issuer: string;
  readonly audience: string;
}

function readPart(part: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
  if (typeof value !== 'object' || value === null) throw new Error('assertion refused: not an object');
  // An object of JSON has text for keys.
  return value as Record<string, unknown>;
}

/** An independent reader of identity assertions (RFC 7515, RFC 7519), as an application would write it: the oracle for ours. */
export function verifyAssertion(token: string, { keys }: KeyList, { issuer, audience }: Expected): Assertion {
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0) throw new Error('assertion refused: not three parts');
  const header = readPart(head);
  const key = keys.find(({ kid }) => kid === header['kid']);
  if (header['alg'] !== 'ES256' || key === undefined) throw new Error('assertion refused: no such key');
  // RFC 7518 §3.4: R and S side by side, no DER.
  const publicKey = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url')))
    throw new Error('assertion refused: signature');
  const payload = readPart(body);
  const { iat, exp, iss, aud } = payload;
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp * 1000 <= Date.now()) throw new Error('assertion refused: over');
  if (iss !== issuer || aud !== audience) throw new Error('assertion refused: made for somebody else');
  return { header, payload: { ...payload, iat, exp } };
}
