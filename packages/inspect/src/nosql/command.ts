import type { Evidence } from '../types.ts';

/** Places that are looked at: one command is enough, and a text with more line breaks is a text. */
const LINES_MAX = 256;
const LINE_CHARS_MAX = 256;
/**
 * Redis (its command reference) and Memcached (protocol.txt) take one command a line, so a line break in a key ends a command and
 * begins another. Only lines whose arguments have the shape the command wants.
 */
const COMMANDS: readonly RegExp[] = [
  /^config\s{1,4}(?:set|get|rewrite)\s{1,4}\S/i,
  /^(?:slaveof|replicaof)\s{1,4}\S{1,64}\s{1,4}(?:\d{1,5}|one)\b/i,
  /^flush(?:all|db|_all)\s{0,4}$/i,
  /^eval(?:sha)?\s{1,4}\S.{0,200}\s\d{1,3}\s{0,4}$/i,
  /^module\s{1,4}load(?:ex)?\s{1,4}(?:\/|\S{1,128}\.so\b)/i,
  /^\*\d{1,3}$/,
  /^(?:set|add|replace|append|prepend|cas)\s{1,4}\S{1,200}\s{1,4}\d{1,10}\s{1,4}-?\d{1,10}\s{1,4}\d{1,7}(?:\s{1,4}noreply)?\s{0,4}$/i,
  /^(?:stats\s{1,4}(?:items|slabs|cachedump)|version|get\s{1,4}\S{1,200})\s{0,4}$/i,
];
/** The last two shapes are also ordinary words; they count only next to others. */
const LOOSE = 7;
const RESP_LENGTH = /^\$\d{1,7}$/;

/** Looks for a line, not the first, that is a command of a key-value store. */
export function judgeCommand(value: string): Evidence | undefined {
  let lines = 0;
  let previous = '';
  for (let at = lineEnd(value, 0); at < value.length && lines < LINES_MAX; lines++) {
    const start = at + 1;
    at = lineEnd(value, start);
    const line = value.slice(start, Math.min(at, start + LINE_CHARS_MAX));
    if (RESP_LENGTH.test(line) && /^\*\d{1,3}$/.test(previous)) return commandEvidence(start, at);
    const index = COMMANDS.findIndex((command) => command.test(line));
    // `*3` alone may head a list; with `$3` in the next line it is the wire format of Redis (RESP).
    if (index >= 0 && index !== LOOSE && line.charAt(0) !== '*') return commandEvidence(start, at);
    if (line !== '') previous = line;
  }
  return undefined;
}

function commandEvidence(start: number, end: number): Evidence {
  return { rule: 'nosql.command', confidence: 0.92, span: [start, end], why: 'a line is a command of a key-value store' };
}

function lineEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) return i;
  }
  return text.length;
}
