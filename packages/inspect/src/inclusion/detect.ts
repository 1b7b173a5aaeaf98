import { purposeOf } from '../ssrf/field-names.ts';
import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { findRemote, findShare } from './remote.ts';
import { findWrapper } from './wrapper.ts';

const ADDRESS = TRAIT.colon | TRAIT.backslash | TRAIT.slash;
/** Longest value read as a name; filter chains of PHP are the longest of them. */
const NAME_LENGTH_MAX = 16_384;
const PROSE_CONFIDENCE = 0.5;
const BROWSED_CONFIDENCE = 0.6;
const PROSE_WORDS_MIN = 2;
/** Headers that name the page the browser is on. */
const BROWSER_HEADERS = new Set(['referer', 'origin']);

/** Reads a value as what a program would include or open by an address (CWE-98). */
export function detectInclusion(input: DetectInput): readonly Evidence[] {
  const { traits, location, name, part } = input;
  if (location === 'header' && BROWSER_HEADERS.has(name)) return [];
  const text = input.value.length > NAME_LENGTH_MAX ? input.value.slice(0, NAME_LENGTH_MAX) : input.value;
  const found: Evidence[] = [];
  const isProse = countWords(text) >= PROSE_WORDS_MIN;
  const field = part === 'value' ? name : '';
  if (hasAny(traits, TRAIT.colon)) {
    const wrapper = findWrapper(text);
    if (wrapper !== undefined) found.push(weigh(wrapper, { isProse, field }));
    const remote = isProse ? undefined : findRemote(text, field);
    if (remote !== undefined) found.push(remote);
  }
  const share = isProse ? undefined : findShare(text);
  if (share !== undefined) found.push(share);
  return found;
}

/** In a sentence an address is spoken about; in a field about the browser's own page it may be a page on a disk. */
function weigh(evidence: Evidence, { isProse, field }: { isProse: boolean; field: string }): Evidence {
  if (isProse) return { ...evidence, confidence: PROSE_CONFIDENCE };
  const isPage = evidence.rule === 'inclusion.file' && purposeOf(field) === 'browsed';
  return isPage ? { ...evidence, confidence: BROWSED_CONFIDENCE } : evidence;
}

/** Words that follow a blank, up to the number that makes a sentence. */
function countWords(text: string): number {
  let count = 0;
  for (let i = 1; i < text.length && count < PROSE_WORDS_MIN; i++) {
    if (text.charCodeAt(i - 1) === 32 && /[\p{L}\d]/u.test(text.charAt(i))) count++;
  }
  return count;
}

export const inclusion: Detector = { group: 'inclusion', needs: ADDRESS, detect: detectInclusion };
