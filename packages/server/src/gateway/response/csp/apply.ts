import type { Application } from '@holdfast/contract';
import type { HardenedHeaders } from '../header-policy.ts';
import type { HeaderPair } from '../upstream-headers.ts';
import type { CspPolicy } from './policy.ts';

const NONCE_SOURCE = /'nonce-[A-Za-z0-9+/_=-]{1,256}'/gu;

const isDenied = ({ frameOptions, csp }: HardenedHeaders): boolean =>
  frameOptions?.trim().toLowerCase() === 'deny' || csp.some((policy) => /(?:^|;)\s*frame-ancestors\s+'none'/iu.test(policy));

export interface CspParts {
  readonly policy: CspPolicy;
  readonly hardened: HardenedHeaders;
  /** Nonce that the page carries, or null when it is not rewritten. */
  readonly nonce: string | null;
}

/**
 * The policy headers of one document. The upstream's own policies stay beside ours (a browser enforces all of them), with
 * its nonce replaced by the one that the page carries now.
 */
export function cspHeaders({ policy, hardened, nonce }: CspParts): HeaderPair[] {
  const own = (text: string): string => (nonce === null ? text : text.replaceAll(NONCE_SOURCE, `'nonce-${nonce}'`));
  const headers: HeaderPair[] = [];
  for (const text of hardened.csp) headers.push(['content-security-policy', own(text)]);
  for (const text of hardened.cspReportOnly) headers.push(['content-security-policy-report-only', own(text)]);
  if (policy.mode === 'enforce') headers.push(['content-security-policy', policy.render(nonce)]);
  else {
    if (policy.framing !== null) headers.push(['content-security-policy', policy.framing]);
    if (policy.mode === 'report-only') headers.push(['content-security-policy-report-only', policy.render(nonce)]);
  }
  return headers;
}

/** X-Frame-Options for browsers and scanners that read only that; a stricter answer of the upstream is never loosened. */
export function framingHeaders(hardened: HardenedHeaders, setting: Application['headers']['frameAncestors']): HeaderPair[] {
  if (setting !== 'upstream') return [['x-frame-options', setting === 'none' || isDenied(hardened) ? 'DENY' : 'SAMEORIGIN']];
  return hardened.frameOptions === null ? [] : [['x-frame-options', hardened.frameOptions]];
}
