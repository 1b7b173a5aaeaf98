import { wordsBefore } from '../prose.ts';
import { TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';

const CERTAIN = 0.96;
const LIKELY = 0.93;
/** Somebody writes about prototypes. */
const MENTIONED = 0.5;
const PROSE_WORDS_MIN = 4;
/** Places that are looked at; the first that is an assignment decides. */
const PLACES_MAX = 64;

const PROTO = '__proto__';
/**
 * The two keys one after the other, whatever notation of paths stands between: `constructor[prototype]`, `constructor.prototype`,
 * `constructor":{"prototype`, `constructor:prototype`.
 */
const CHAIN = /constructor[\s.:[\]{"']{1,12}prototype/gi;
/** References of a serialised stream of components into prototypes: `$1:__proto__:then`, `$3:constructor:constructor`. */
const STREAM_REFERENCE = /\$[\da-f]{1,8}:(?:\w{1,32}:){0,4}(?:__proto__|constructor)(?::|["']|$)/i;

/** Keys that assign to a prototype shared by all objects (CWE-1321). A car race may have a constructor; that has no prototype. */
export function detectPollution({ value, part }: DetectInput): readonly Evidence[] {
  if (!value.includes('onstructor') && !value.includes(PROTO)) return [];
  return part === 'name' ? judgeName(value) : judgeValue(value);
}

function judgeName(name: string): readonly Evidence[] {
  const at = name.indexOf(PROTO);
  // Also within other letters: filters that strip the word once leave it in `__pro__proto__to__`.
  if (at >= 0) return [evidence('pollution.proto', CERTAIN, [at, at + PROTO.length])];
  CHAIN.lastIndex = 0;
  const chain = CHAIN.exec(name);
  if (chain === null) return [];
  return [evidence('pollution.constructor', CERTAIN, [chain.index, chain.index + chain[0].length])];
}

function judgeValue(value: string): readonly Evidence[] {
  const stream = STREAM_REFERENCE.exec(value);
  if (stream !== null) return [evidence('pollution.document', CERTAIN, [stream.index, stream.index + stream[0].length])];
  let best: Evidence | undefined;
  for (const [start, end] of places(value)) {
    const confidence = rate(value, start, end);
    if (confidence > (best?.confidence ?? 0)) best = evidence('pollution.document', confidence, [start, end]);
    if (confidence >= LIKELY) break;
  }
  return best === undefined ? [] : [best];
}

function places(value: string): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let at = value.indexOf(PROTO); at >= 0 && found.length < PLACES_MAX; at = value.indexOf(PROTO, at + PROTO.length))
    found.push([at, at + PROTO.length]);
  CHAIN.lastIndex = 0;
  for (let match = CHAIN.exec(value); match !== null && found.length < 2 * PLACES_MAX; match = CHAIN.exec(value))
    found.push([match.index, match.index + match[0].length]);
  return found;
}

/** A key of a document, a path that is assigned to, or nothing but a path; anything else is talk about prototypes. */
function rate(value: string, start: number, end: number): number {
  if (wordsBefore(value, start) >= PROSE_WORDS_MIN) return MENTIONED;
  const before = value.slice(Math.max(0, start - 4), start);
  const after = value.slice(end, end + 128);
  if (/["']\s{0,3}$/.test(before) && /^["']\s{0,8}[:\]]/.test(after)) return CERTAIN;
  if (/^['"]?\]?\s{0,4}(?:\[\s{0,4}["']?\w{1,64}["']?\s{0,4}\]|\.\w{1,64}){1,4}\s{0,4}=(?!=)/.test(after)) return LIKELY;
  const isPath = /^[\w.[\]$/-]{0,128}$/.test(value);
  return isPath ? LIKELY : MENTIONED;
}

function evidence(rule: string, confidence: number, span: readonly [number, number]): Evidence {
  return { rule, confidence, span, why: 'the key reaches into the prototype of all objects' };
}

export const pollution: Detector = {
  group: 'pollution',
  needs: TRAIT.dunder | TRAIT.bracket | TRAIT.dot | TRAIT.doubleQuote | TRAIT.quote | TRAIT.colon,
  detect: detectPollution,
};
