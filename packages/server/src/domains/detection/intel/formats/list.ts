import { UnreadableSource, type ReadFormat } from './entry.ts';
import { linesOf, Reading } from './reading.ts';

const LINE_CHARS_MAX = 8192;
const COMMENT = /^(?:#|;|\/\/|!)/u;
/** Lists for `hosts` files send what they name to nowhere. */
const HOSTS_LINE = /^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+(\S+)/u;
/** Of block lists of browsers: `||evil.example^`. */
const FILTER_LINE = /^\|\|([^^$/]+)\^/u;
/** `192.0.2.0/24 ; SBL1234`, `192.0.2.7 # seen in …`. */
const BESIDE = /^(\S+)\s+[#;]\s*(.*)$/u;

/** One entry a line, as FireHOL, abuse.ch, Spamhaus and others publish them; comments may stand behind an entry. */
export const readList: ReadFormat = (text, { kind }) => {
  const reading = new Reading();
  if (/^\s*(?:<!doctype|<html)/iu.test(text)) throw new UnreadableSource('It is a page for people, no list.');
  for (const written of linesOf(text)) {
    const line = written.slice(0, LINE_CHARS_MAX).trim();
    if (line === '' || COMMENT.test(line)) continue;
    if (kind === 'agent') {
      reading.add(kind, line);
      continue;
    }
    const [, value = line, detail = null] = BESIDE.exec(line) ?? [];
    const below = FILTER_LINE.exec(value)?.[1];
    const inHosts = HOSTS_LINE.exec(line)?.[1];
    if (below !== undefined) reading.add('host', `*.${below}`, { detail });
    else if (inHosts !== undefined) reading.add('host', inHosts);
    else reading.add(kind, firstWord(value), { detail });
  }
  return reading.result();
};

const firstWord = (text: string): string => text.split(/[\s,]/u, 1)[0] ?? text;
