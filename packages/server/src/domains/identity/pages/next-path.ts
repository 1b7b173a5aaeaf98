const NEXT_CHARS_MAX = 2048;
// Any origin does: only what is relative to it is kept.
const BASE = 'https://own.invalid';

/**
 * Where to go on after a sign-in: a path of this very origin, or null. Browsers read `//`, `/\` and tabs inside them as
 * another host, also after dots are resolved, so the written form is judged both before and after (ASVS 5.0 1.2.2, CWE-601).
 */
export function readNext(text: string | undefined): string | null {
  if (text === undefined || text.length === 0 || text.length > NEXT_CHARS_MAX) return null;
  if (!text.startsWith('/') || /[\\\p{Cc}\p{Z}]/u.test(text)) return null;
  if (!URL.canParse(text, BASE)) return null;
  const url = new URL(text, BASE);
  if (url.origin !== BASE || url.username !== '' || url.pathname.startsWith('//')) return null;
  return url.pathname + url.search + url.hash;
}
