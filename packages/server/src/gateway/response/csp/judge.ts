import type { Application } from '@holdfast/contract';
import type { Exchange } from '../../exchange.ts';
import { learnInline } from './learned.ts';
import type { LearnedElement } from './learned.ts';
import type { ExternalElement, InlineElement, NonceJudge } from './nonce-rewriter.ts';
import type { CspPolicy } from './policy.ts';
import { isReflected } from './reflection.ts';

const ADDRESS_CHARS_MAX = 2048;
/** Elements of one page that are counted again when the page comes again. */
const LEARNED_MAX = 64;

/** The last nonce an application's own policy used: one that never changes is known to every visitor and proves nothing. */
const lastUpstreamNonce = new Map<string, string>();
const APPLICATIONS_MAX = 1000;

/** Reads the nonce of the upstream's own policy out of its header values. */
export function upstreamNonceOf(policies: readonly string[]): string | null {
  for (const policy of policies) {
    const found = /'nonce-(?<nonce>[A-Za-z0-9+/_=-]{8,256})'/u.exec(policy);
    if (found?.groups?.['nonce'] !== undefined) return found.groups['nonce'];
  }
  return null;
}

function isFresh(application: Application, nonce: string): boolean {
  const last = lastUpstreamNonce.get(application.id);
  if (last === undefined && lastUpstreamNonce.size >= APPLICATIONS_MAX) return false;
  lastUpstreamNonce.set(application.id, nonce);
  return last !== nonce;
}

function isOwnOrigin(exchange: Exchange, element: ExternalElement): boolean {
  if (element.address.length > ADDRESS_CHARS_MAX) return false;
  const origin = `${exchange.connection.secure ? 'https' : 'http'}://${exchange.head.authority}`;
  // After a <base> a relative address leads wherever the base says; only a whole one can still be judged.
  const base = element.afterBase ? undefined : `${origin}/`;
  const address = URL.parse(element.address, base);
  return address !== null && address.origin === URL.parse(origin)?.origin;
}

export interface JudgeParts {
  readonly exchange: Exchange;
  readonly application: Application;
  readonly policy: CspPolicy;
  readonly nonce: string;
  /** Nonce of the policy that the upstream itself sent with this response. */
  readonly upstreamNonce: string | null;
  /** Receives what was learned from this page, so that a page seen again counts without being read again. */
  readonly learned: LearnedElement[];
}

/**
 * Decides which elements of one page get the nonce (the reasons stand in `policy.ts`). An element that carries the nonce of
 * the upstream's own policy was blessed by the application, which alone knew it; while enforcing, only if it is fresh.
 */
export function judgeFor({ exchange, application, policy, nonce, upstreamNonce, learned }: JudgeParts): NonceJudge {
  const learning = policy.mode === 'report-only';
  const trusted = upstreamNonce !== null && (isFresh(application, upstreamNonce) || learning) ? upstreamNonce : null;
  const isBlessedUpstream = (carried: string | null): boolean => carried !== null && carried === trusted;
  // A nonce of a policy in <meta> is not ours to change while nothing is enforced.
  const mustKeep = (carried: string | null): boolean => learning && carried !== null && carried !== trusted;
  return {
    nonce,
    inline(element: InlineElement): boolean {
      if (mustKeep(element.upstreamNonce)) return false;
      if (isBlessedUpstream(element.upstreamNonce) || policy.inlineHashes.has(element.hash)) return true;
      if (learning && !isReflected(exchange, element.text)) {
        learnInline(exchange, application, element);
        if (learned.length < LEARNED_MAX) learned.push({ kind: element.kind, hash: element.hash });
      }
      return false;
    },
    external(element: ExternalElement): boolean {
      if (mustKeep(element.upstreamNonce)) return false;
      if (isBlessedUpstream(element.upstreamNonce)) return true;
      return policy.nonceExternal && isOwnOrigin(exchange, element) && !isReflected(exchange, element.address);
    },
  };
}
