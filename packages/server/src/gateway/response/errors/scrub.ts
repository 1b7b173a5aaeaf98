import { textOfHtml } from './visible-text.ts';

/** What an error text may hold of a person or a secret is replaced before the text is kept for the operator. */
const KEPT_CHARS_MAX = 1024;
/** Read before cutting, so that a cut cannot leave half a token that is no longer recognised. */
const READ_CHARS_MAX = 8192;

const REPLACEMENTS: readonly (readonly [pattern: RegExp, by: string])[] = [
  [/\b(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key)\s{0,3}[:=][^\n]{0,2000}/giu, '[header]'],
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@:]{1,128}:[^\s/@]{1,128}@/giu, '[credentials]@'],
  [/[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/gu, '[email]'],
  [
    /\b(?<key>[\w.-]{0,40}(?:pass(?:word|wd|phrase)?|pwd|secret|token|session|sid|api[_-]?key|auth|jwt|csrf)[\w-]{0,40}["']?\s{0,3}[:=]\s{0,3})["']?[^\s"',;&<>]{1,512}["']?/giu,
    '$<key>[value]',
  ],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/gu, '[address]'],
  [/\b[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,2000}\b/gu, '[token]'],
  [/\b(?=[A-Za-z0-9+/_-]{0,60}\d)[A-Za-z0-9+_-]{24,2000}={0,2}/gu, '[token]'],
  [/\d(?:[ -]?\d){6,40}/gu, '[digits]'],
];

// oxlint-disable-next-line no-control-regex -- control characters are what is replaced
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f]+/gu;

/** Of a page the words that a reader sees, so that its navigation markup and styles do not use up what is kept. */
function wordsOf(text: string): string {
  if (!text.trimStart().startsWith('<')) return text;
  const body = text.search(/<body[\s>]/iu);
  return textOfHtml(body < 0 ? text : text.slice(body), false)
    .replaceAll(/[ \t]{2,}/gu, ' ')
    .replaceAll(/\s{0,64}\n\s{0,64}/gu, '\n')
    .trim();
}

/** What of a masked answer is kept for the operator: its words, scrubbed. */
export const scrubAnswer = (text: string): string => scrub(wordsOf(text.slice(0, READ_CHARS_MAX)));

/** A text without e-mail addresses, credentials, tokens, long numbers and network addresses, cut at 1,024 characters. */
export function scrub(text: string): string {
  let scrubbed = text.slice(0, READ_CHARS_MAX).replaceAll(CONTROL, ' ');
  for (const [pattern, by] of REPLACEMENTS) scrubbed = scrubbed.replaceAll(pattern, by);
  return scrubbed.slice(0, KEPT_CHARS_MAX);
}
