import type { GatewayLimits, ProblemCode } from '@holdfast/contract';
import { canonicalPath } from '@holdfast/inspect';
import type { RequestHead } from '../exchange.ts';
import { readHeaders } from './front-gate-headers.ts';
import type { ReadHeaders } from './front-gate-headers.ts';
import { METHODS } from './front-gate-methods.ts';
import { parseAuthority, parseTarget } from './front-gate-target.ts';
import type { Authority, Target } from './front-gate-target.ts';

/** A head as a parser gave it. `rawHeaders` is flat: name, value, name, value. */
export interface RawHead {
  readonly protocol: 'http/1.0' | 'http/1.1' | 'h2';
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
}

export type GateVerdict =
  | { readonly kind: 'ok'; readonly head: RequestHead }
  /** `rule` is for the record only; the visitor learns the code. */
  | { readonly kind: 'refused'; readonly rule: string; readonly code: ProblemCode };

const refused = (rule: string, code: ProblemCode = 'request-malformed'): GateVerdict => ({ kind: 'refused', rule, code });

/**
 * The rules that every head passes before anything is routed, for HTTP/1 and HTTP/2 alike: each refuses what two readers
 * could take in two ways, so that what is judged here is what the application behind will see.
 */
export function judgeHead(raw: RawHead, limits: GatewayLimits): GateVerdict {
  if (!METHODS.has(raw.method)) return refused('method', 'method-refused');
  if (raw.target.length > limits.targetBytesMax) return refused('target-long', 'target-too-long');
  const target = parseTarget(raw.target);
  if (target === null) return refused('target-form');
  const fields = readHeaders(raw.rawHeaders, raw.protocol === 'h2', limits);
  if ('rule' in fields) return refused(fields.rule, fields.code);
  // RFC 9110 §10.1.1: 100-continue is the one expectation there is; HTTP/1.0 knows none and it is dropped there.
  if (fields.expect !== null && raw.protocol !== 'http/1.0' && fields.expect.toLowerCase() !== '100-continue')
    return refused('expect', 'expectation-failed');
  const authority = agreeOnHost(fields, target, raw.protocol === 'h2');
  if (authority === null) return refused('host');
  return judgePath({ raw, target, fields, authority });
}

/** Exactly one host, and every place that names it must name the same (RFC 9112 §3.2.2, RFC 9113 §8.3.1). */
function agreeOnHost(fields: ReadHeaders, target: Target, isH2: boolean): Authority | null {
  const named = isH2 ? (fields.authority ?? fields.host) : fields.host;
  if (named === null) return null;
  const isSame = (other: string | null): boolean => other === null || other.toLowerCase() === named.toLowerCase();
  if (!isSame(fields.host) || !isSame(target.authority)) return null;
  return isH2 && target.authority !== null ? null : parseAuthority(named);
}

interface Judged {
  readonly raw: RawHead;
  readonly target: Target;
  readonly fields: ReadHeaders;
  readonly authority: Authority;
}

function judgePath({ raw, target, fields, authority }: Judged): GateVerdict {
  const path = canonicalPath(target.path);
  if (path.kind === 'refused') return refused(`path-${path.reason}`, 'request-ambiguous');
  return {
    kind: 'ok',
    head: {
      method: raw.method,
      target: raw.target,
      path: path.path,
      query: target.query,
      host: authority.host,
      authority: authority.authority,
      headers: fields.headers,
    },
  };
}
