import type { HeaderPair } from '../response/upstream-headers.ts';

/** RFC 9213 and its forerunners: words for shared caches alone, which would count more than Cache-Control. */
const SHARED_ONLY: ReadonlySet<string> = new Set(['cdn-cache-control', 'surrogate-control', 'cloudflare-cdn-cache-control']);

/** A field name in quotes may hold commas (RFC 9111 §5.2). */
const DIRECTIVE = /(?:[^,"]|"[^"]*")+/gu;

/**
 * What a signed-in person is shown is for their own browser to keep and for nobody else's cache: one in front of us would
 * hand it to people who have not signed in (RFC 9111 §5.2.2.7, ASVS 5.0 14.3.2). How long the browser keeps it stays as it is.
 */
export function keepPrivate(headers: readonly HeaderPair[]): HeaderPair[] {
  const kept: HeaderPair[] = [];
  const directives: string[] = [];
  for (const pair of headers) {
    if (pair[0] === 'cache-control') directives.push(...(pair[1].match(DIRECTIVE) ?? []).map((directive) => directive.trim()));
    else if (!SHARED_ONLY.has(pair[0])) kept.push(pair);
  }
  const own = directives.filter((directive) => directive !== '' && !/^(?:public|s-maxage\b.*|private=.*)$/iu.test(directive));
  const isPrivate = own.some((directive) => /^(?:private|no-store)$/iu.test(directive));
  kept.push(['cache-control', (isPrivate ? own : ['private', ...own]).join(', ')]);
  return kept;
}
