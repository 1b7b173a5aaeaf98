import { canonicalPath } from './decode/path.ts';
import type { DecodeLimits } from './decode/limits.ts';
import { decodeRequest } from './decode/request.ts';
import { DETECTORS } from './detectors.ts';
import { inspectWith, type Inspection, type InspectOptions } from './engine.ts';
import type { CanonicalRequest, FieldPlace, Finding, RawRequest } from './types.ts';

/**
 * Judges every field of a canonical request with every detector of this package.
 *
 * @example inspectRequest({ method: 'GET', path: '/', fields: [{ location: 'query', name: 'id', value: "1' OR 1=1--" }] }).isAttack // true
 */
export function inspectRequest(request: CanonicalRequest, options: InspectOptions = {}): Inspection {
  return inspectWith(DETECTORS, request, options);
}

export interface VerdictOptions extends InspectOptions {
  limits?: DecodeLimits;
}

/** `unreadable`: two readers could read it in two ways, or it is over a limit; `doubtful`: something was found, too little to refuse. */
export type Verdict =
  | {
      kind: 'clean' | 'doubtful' | 'attack';
      /** Strongest first. */
      findings: readonly Finding[];
      score: number;
      request: CanonicalRequest;
    }
  | { kind: 'unreadable'; reason: 'path' | 'ambiguous' | 'over-limit'; detail: string };

/**
 * From a request as it arrived to a verdict, in one call.
 *
 * @example
 * inspect({ method: 'GET', target: '/search?q=%3Cscript%3Ealert(1)%3C/script%3E', headers: [], body: null }).kind; // 'attack'
 */
export function inspect(raw: RawRequest, options: VerdictOptions = {}): Verdict {
  const path = canonicalPath(raw.target.split('?', 1)[0] ?? '');
  if (path.kind === 'refused') return { kind: 'unreadable', reason: 'path', detail: path.reason };
  const decoded = decodeRequest(raw, path.path, options.limits);
  if (decoded.kind === 'ambiguous') return { kind: 'unreadable', reason: 'ambiguous', detail: decoded.reason };
  if (decoded.kind === 'over-limit') return { kind: 'unreadable', reason: 'over-limit', detail: decoded.limit };
  const { request } = decoded;
  const { findings, score, isAttack } = inspectRequest(request, options);
  const doubt = findings.length === 0 ? 'clean' : 'doubtful';
  return { kind: isAttack ? 'attack' : doubt, findings, score, request };
}

/** The narrowest rule that lets a finding pass: this rule, for this parameter, on this route, and nothing else. */
export interface ExceptionPlace extends FieldPlace {
  method: string;
  path: string;
  rule: string;
}

/**
 * What would have to be excepted for this finding to pass.
 *
 * @example narrowestException(verdict.request, verdict.findings[0])
 */
export function narrowestException({ method, path }: CanonicalRequest, { location, name, rule }: Finding): ExceptionPlace {
  return { method, path, location, name, rule };
}
