import { wordsBefore } from '../prose.ts';
import { TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';

const CERTAIN = 0.95;
const LIKELY = 0.93;
const BLOCKS = 0.91;
const DOUBT = 0.5;
/** From this many words before it on, parentheses belong to a sentence or to code in it. */
const PROSE_WORDS_MIN = 4;
const PLACES_MAX = 256;
const TAIL_CHARS_MAX = 160;

/** `attribute=`, `attribute>=`, `attribute:rule:=` (RFC 4515 §3), at the start of what is looked at. */
const CONDITION = /^[A-Za-z][\w;.-]{0,63}(?::[\w.]{1,64})?\s{0,4}(?:=|>=|<=|~=|:=)(?!=)/;
/** A filter may follow a filter, itself under an operator: `(cn=`, `(|(cn=`, `&(cn=`, `!(cn=`. */
const NEXT_FILTER = /^\s{0,8}(?:[&|!]\s{0,8})?(?:\(\s{0,8}){1,4}(?:[&|!]\s{0,8}(?:\(\s{0,8}){1,4}){0,3}/;
/** A filter that is true by itself (RFC 4526), or the beginning of a list that the rest of the real filter completes. */
const EMPTY_LIST = /^\s{0,8}\(\s{0,8}[&|!]\s{0,8}(?:\)|$|\()/;
const CUT = /^\)?\s{0,4}(?:\0|%00|\\00|\\x00)/;
/** An ordering rule of RFC 4517 on a secret asks for it letter by letter, and so does a wildcard. */
const SECRET_RULE = /^[\w-]{0,16}pass(?:word|wd)?[\w-]{0,16}:(?:dn:)?\d{1,4}(?:\.\d{1,8}){3,16}:=/i;
const SECRET_FILTER = /[(&|]\s{0,4}(?:user)?password\s{0,4}=[^()=]{0,32}\*\s{0,4}\)/i;
/** Nothing but signs of the filter grammar, as fuzzers send them. */
const SIGNS_ONLY = /^[*()&|!=%/'\0]{4,64}$/;

/** Reads a value as the inside of `(attribute=…)` and asks whether it leaves it (CWE-90). */
export function detectLdap({ value }: DetectInput): readonly Evidence[] {
  if (SECRET_RULE.test(value))
    return [{ rule: 'ldap.wildcard', confidence: LIKELY, span: [0, value.length], why: 'a secret is compared in order' }];
  if (!value.includes(')') && !value.includes('(')) return [];
  return judgeClosing(value) ?? judgeWildcard(value) ?? [];
}

/** Looks at each parenthesis that closes more than the value opened. */
function judgeClosing(value: string): readonly Evidence[] | undefined {
  let depth = 0;
  let places = 0;
  let best: Evidence | undefined;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 40) depth++;
    if (code !== 41) continue;
    // A closing parenthesis too many: in a filter it ends the condition the value was put into.
    depth = Math.max(0, depth) - 1;
    if (depth >= 0) continue;
    if (++places > PLACES_MAX) break;
    const confidence = rateTail(value, i);
    if (confidence > (best?.confidence ?? 0))
      best = { rule: 'ldap.break-out', confidence, span: [i, i + 1], why: 'the condition is closed and another one follows' };
    if (confidence >= LIKELY) break;
  }
  return best === undefined ? undefined : [best];
}

function rateTail(value: string, at: number): number {
  const tail = value.slice(at + 1, at + 1 + TAIL_CHARS_MAX).replace(/^[\s)]{1,16}/, '');
  const confidence = rateNext(tail, value.slice(0, at), value.slice(at, at + 8));
  if (confidence === 0) return 0;
  return wordsBefore(value, at) >= PROSE_WORDS_MIN ? DOUBT : confidence;
}

function rateNext(tail: string, before: string, closing: string): number {
  const next = NEXT_FILTER.exec(tail);
  if (next !== null && CONDITION.test(tail.slice(next[0].length))) return CERTAIN;
  // With nothing behind it the sign may be one of a password: `x)(!`.
  if (EMPTY_LIST.test(tail)) return /[&|!]\s{0,8}$/.test(tail) ? BLOCKS : LIKELY;
  // `*))` and a null byte: the rest of the real filter is cut off.
  if (CUT.test(tail) && /[*\w=]$/.test(before)) return LIKELY;
  if (/^\(\s{0,4}[&|]$/.test(tail.trimEnd())) return BLOCKS;
  return before.endsWith('*') && /^\)\s{0,4}(?:\(|\)\s{0,4}$)/.test(closing) ? BLOCKS : 0;
}

/** A wildcard or a name with a filter behind it that is whole by itself, or signs of the grammar and nothing else. */
function judgeWildcard(value: string): readonly Evidence[] | undefined {
  const whole = [0, value.length] as const;
  const filter = /^[^()=\s]{0,64}\s{0,4}\(\s{0,4}[&|!]\s{0,4}\(\s{0,4}[A-Za-z][\w;.-]{0,63}\s{0,4}[~<>]?=/.exec(value);
  if (filter !== null && !value.startsWith('('))
    return [
      { rule: 'ldap.wildcard', confidence: LIKELY, span: [0, filter[0].length], why: 'a list of conditions follows a name' },
    ];
  const secret = SECRET_FILTER.exec(value);
  if (secret !== null && wordsBefore(value, secret.index) < PROSE_WORDS_MIN)
    return [
      {
        rule: 'ldap.wildcard',
        confidence: LIKELY,
        span: [secret.index, secret.index + secret[0].length],
        why: 'a filter guesses at a password',
      },
    ];
  if (SIGNS_ONLY.test(value) && value.includes('*') && /\(|\)/.test(value) && /[|&\0]/.test(value))
    return [{ rule: 'ldap.wildcard', confidence: BLOCKS, span: whole, why: 'nothing but signs of the filter grammar' }];
  return undefined;
}

export const ldap: Detector = { group: 'ldap', needs: TRAIT.paren | TRAIT.colon, detect: detectLdap };
