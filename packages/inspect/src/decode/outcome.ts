import type { CanonicalRequest, Field, Location } from '../types.ts';

/** Why two parsers could disagree about what this request says. */
export type AmbiguityReason =
  | 'content-type-repeated'
  | 'content-type-malformed'
  | 'content-encoding'
  | 'charset'
  | 'utf8'
  | 'json-syntax'
  | 'json-duplicate-key'
  | 'cookie-quoting'
  | 'multipart-boundary'
  | 'multipart-framing'
  | 'multipart-header'
  | 'multipart-disposition'
  | 'multipart-encoding'
  | 'multipart-nested';

/** Result of decoding a whole request. */
export type Decoded =
  | { kind: 'ok'; request: CanonicalRequest }
  | { kind: 'ambiguous'; reason: AmbiguityReason; location: Location; name: string }
  | { kind: 'over-limit'; limit: string; location: Location };

/** Result of decoding one part of a request. */
export type Parsed = { kind: 'ok'; fields: Field[] } | Exclude<Decoded, { kind: 'ok' }>;

/** Shorthand for the refusal "two readers would disagree". */
export function ambiguous(reason: AmbiguityReason, location: Location, name: string = ''): Exclude<Decoded, { kind: 'ok' }> {
  return { kind: 'ambiguous', reason, location, name };
}

/** Shorthand for the refusal "larger than what is inspected". */
export function overLimit(limit: string, location: Location): Exclude<Decoded, { kind: 'ok' }> {
  return { kind: 'over-limit', limit, location };
}
