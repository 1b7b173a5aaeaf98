import { wordsBefore } from '../prose.ts';
import { TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { ATTACK_HEADERS, ATTACK_TOOL_PHRASES, ATTACK_TOOLS, CALLBACK_HOSTS, MARKERS } from './names.ts';

const CERTAIN = 0.95;
const LIKELY = 0.92;
const DOUBT = 0.5;
const PROSE_WORDS_MIN = 4;
/** No program's name stands further into its header. */
const AGENT_CHARS_MAX = 512;
/** Marks stand in addresses; a longer text is somebody's writing. */
const MARKER_CHARS_MAX = 4_096;
const SCANNERS = new Set(ATTACK_TOOLS);

/** Recognises tools by the names they give themselves; who hides them is judged by what he sends. */
export function detectScanner(input: DetectInput): readonly Evidence[] {
  const { location, name, value, part } = input;
  if (location === 'header') {
    if (name === 'user-agent') return judgeAgent(value);
    if (ATTACK_HEADERS.has(name))
      return [{ rule: 'scanner.header', confidence: CERTAIN, span: [0, value.length], why: `the header ${name} is sent` }];
  }
  return part === 'value' ? judgeMarks(value) : [];
}

/** Products and comments of User-Agent (RFC 9110 §10.1.5), word by word. */
function judgeAgent(value: string): readonly Evidence[] {
  const text = value.slice(0, AGENT_CHARS_MAX).toLowerCase();
  for (let at = 0; at < text.length;) {
    const start = at;
    while (at < text.length && isNameCharacter(text.charCodeAt(at))) at++;
    if (at > start) {
      const word = text.slice(start, at);
      if (SCANNERS.has(word) || (text[at] === '/' && SCANNERS.has(`${word}/`))) return [agent(word, start)];
    } else at++;
  }
  const phrase = ATTACK_TOOL_PHRASES.find((words) => text.includes(words));
  return phrase === undefined ? [] : [agent(phrase, text.indexOf(phrase))];
}

function agent(word: string, at: number): Evidence {
  return { rule: 'scanner.agent', confidence: CERTAIN, span: [at, at + word.length], why: `the client is ${word}` };
}

/** Letters, digits, `-` and `_`. */
function isNameCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45 || code === 95;
}

function judgeMarks(value: string): readonly Evidence[] {
  if (value.length > MARKER_CHARS_MAX) return [];
  const text = value.toLowerCase();
  const marker = MARKERS.find((mark) => text.includes(mark));
  if (marker !== undefined) {
    const at = text.indexOf(marker);
    return [{ rule: 'scanner.marker', confidence: rate(value, at), span: [at, at + marker.length], why: `the mark ${marker}` }];
  }
  if (!text.includes('.')) return [];
  const host = CALLBACK_HOSTS.find((name) => isHost(text, name));
  if (host === undefined) return [];
  const at = text.indexOf(host);
  return [{ rule: 'scanner.callback', confidence: rate(value, at), span: [at, at + host.length], why: `calls back to ${host}` }];
}

function rate(value: string, at: number): number {
  return wordsBefore(value, at) >= PROSE_WORDS_MIN ? DOUBT : LIKELY;
}

/** A name below the service's own: its home page is read by people, the addresses it hands out are not. */
function isHost(text: string, host: string): boolean {
  const at = text.indexOf(host);
  if (at < 0) return false;
  const after = text.charCodeAt(at + host.length);
  if (isNameCharacter(after)) return false;
  return text[at - 1] === '.' && isNameCharacter(text.charCodeAt(at - 2)) && text.slice(at - 4, at) !== 'www.';
}

export const scanner: Detector = { group: 'scanner', needs: TRAIT.letter | TRAIT.digit, detect: detectScanner };
