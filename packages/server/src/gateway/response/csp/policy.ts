import type { Application } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';

/**
 * The content security policy of an application.
 *
 * How inline code is judged: a nonce is worth something only if injected markup cannot get one. A filter that puts a nonce
 * on every `<script>` it meets would bless stored and reflected XSS alike. So an inline element is let through only when
 * the SHA-256 of its text is on the application's list (`csp.inlineHashes`). What injection can then do is repeat code that
 * the application runs anyway. The nonce on top keeps the header short however long the list is, and makes one page's
 * permission useless for another. Where a page cannot be rewritten (nonces off, a shared cache, an odd charset) the hashes
 * stand in the policy themselves.
 *
 * `'strict-dynamic'` is not part of the built-in policy: `'self'` does not let a listed script pull code from other
 * origins, and script on our own origin needs no nonce, so none is spent on `src` (a nonce would survive an open redirect,
 * CSP3 §7.6).
 */

/**
 * Reports go by `report-uri`. A browser that finds `report-to` beside it ignores it, and the Reporting API then sends nothing
 * from plain HTTP (measured with Chromium) and batches elsewhere; an operator's own policy may still name the group.
 */
export const REPORT_PATH = '/.holdfast/csp-report';
export const REPORT_GROUP = 'holdfast';

const NONCE_PLACE = '{nonce}';
const NONCE_BYTES = 16;
const NONCE_POOL = 64;
/** Hashes in the header of a page that is not rewritten; browsers and proxies refuse headers beyond some 16 KiB. */
const HASHES_IN_HEADER_MAX = 128;
const POLICY_CHARS_MAX = 8192;

let pool = Buffer.alloc(0);
let poolAt = 0;

/** 128 random bits, base64 (CSP3 §7.4 asks for at least that); drawn in batches because one draw costs a system call. */
export function makeNonce(): string {
  if (poolAt >= pool.length) {
    pool = randomBytes(NONCE_BYTES * NONCE_POOL);
    poolAt = 0;
  }
  const nonce = pool.toString('base64', poolAt, poolAt + NONCE_BYTES);
  poolAt += NONCE_BYTES;
  return nonce;
}

export interface CspPolicy {
  /** Different for each compiled policy of this process. */
  readonly id: number;
  readonly mode: 'off' | 'report-only' | 'enforce';
  /** Whether HTML is rewritten to carry nonces. */
  readonly nonces: boolean;
  /** The policy lets script through by nonce only, so script of our own origin needs one too. */
  readonly nonceExternal: boolean;
  readonly inlineHashes: ReadonlySet<string>;
  /** The policy sends its reports to our group of the Reporting API. */
  readonly usesReportGroup: boolean;
  /** `frame-ancestors` alone: enforced also while the rest is only reported, because it does not work in report-only. */
  readonly framing: string | null;
  /** The whole policy for one response; null = the page carries no nonce, hashes take its place. */
  render(nonce: string | null): string;
}

function builtIn(): string[] {
  const own = `'self' 'nonce-${NONCE_PLACE}'`;
  return [
    "default-src 'none'",
    `script-src ${own}`,
    `style-src ${own}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
  ];
}

/** The operator's policy as directives; a character that no header may hold becomes a space. */
function ownDirectives(policy: string): string[] {
  return policy
    .slice(0, POLICY_CHARS_MAX)
    .replaceAll(/[^\u0020-\u007e]/gu, ' ')
    .split(';')
    .map((directive) => directive.trim())
    .filter((directive) => directive !== '');
}

const names = (directives: readonly string[], name: string): boolean =>
  directives.some((directive) => directive.split(' ', 1)[0]?.toLowerCase() === name);

let compiledCount = 0;

/** Compiles the settings once; a response then costs one replacement. */
export function compileCsp(application: Application): CspPolicy {
  const { csp, headers } = application;
  const directives = csp.policy === null ? builtIn() : ownDirectives(csp.policy);
  const framing = headers.frameAncestors === 'upstream' ? null : `frame-ancestors '${headers.frameAncestors}'`;
  if (framing !== null && !names(directives, 'frame-ancestors')) directives.push(framing);
  if (!names(directives, 'report-uri')) directives.push(`report-uri ${REPORT_PATH}`);
  const template = directives.join('; ');
  const hashes = csp.inlineHashes.slice(0, HASHES_IN_HEADER_MAX).map((hash) => `'${hash}'`);
  const withHashes = template.replaceAll(`'nonce-${NONCE_PLACE}'`, hashes.join(' ')).replaceAll(/ +(?=;|$| )/gu, '');
  compiledCount += 1;
  return {
    id: compiledCount,
    mode: csp.mode,
    nonces: csp.nonces && template.includes(NONCE_PLACE),
    nonceExternal: template.includes("'strict-dynamic'"),
    inlineHashes: new Set(csp.inlineHashes),
    usesReportGroup: directives.includes(`report-to ${REPORT_GROUP}`),
    framing,
    render: (nonce) => (nonce === null ? withHashes : template.replaceAll(NONCE_PLACE, nonce)),
  };
}
