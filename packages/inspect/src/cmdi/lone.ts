import type { Evidence } from '../types.ts';
import { EXECUTED_NAMES, programKind, RECONNAISSANCE } from './words.ts';

/** A command line of a field that is run is short; a longer value is a text that the command is about. */
const LINE_LENGTH_MAX = 128;
const LONE =
  /^[\s"'`(;|&]{0,4}\\?((?:\/(?:usr\/)?(?:local\/)?s?bin\/)?[a-z][\w.+-]{0,30})(?:\.exe)?([\s"'`);|&#]{0,4}|\s{1,4}[^\n]{1,96})$/i;

const BETWEEN = /^\s?([;|&]{1,2})\s?([a-z]{1,16})\s?([;|&]{1,2})\s?$/;

/** Judges a value that is one program and little else, by what the field is called and whether anything else is called so. */
export function judgeLoneCommand(value: string, name: string): Evidence | undefined {
  if (value.length > LINE_LENGTH_MAX) return undefined;
  const match = LONE.exec(value);
  if (match === null) return undefined;
  const [, path = '', rest = ''] = match;
  const program = (path.split('/').at(-1) ?? '').toLowerCase();
  const why = `the whole value is the command ${program}`;
  if (isExecuted(name) && isRun(program, rest)) return { rule: 'cmdi.line', confidence: 0.91, span: [0, value.length], why };
  if (isBetweenSeparators(value)) return { rule: 'cmdi.line', confidence: 0.91, span: [0, value.length], why };
  // `'uname'`: broken out of a quotation on both sides.
  const isEnclosed = /^['"`;|&]/.test(value) && /^['"`;|&#]{1,2}$/.test(rest);
  if (!isEnclosed || !RECONNAISSANCE.has(program)) return undefined;
  return { rule: 'cmdi.line', confidence: 0.91, span: [0, value.length], why };
}

/** `&set&`, `;id;`: a known word between two separators and nothing else. `&sum;` is a character of HTML. */
function isBetweenSeparators(value: string): boolean {
  const [, opening, word = '', closing] = BETWEEN.exec(value) ?? [];
  if (opening === undefined || (opening === '&' && closing === ';')) return false;
  const kind = programKind(word);
  return kind !== undefined && kind !== 'english' && kind !== 'interpreter';
}

/** Names are compared without their brackets and prefixes: `data[cmd]` and `x.cmd` are fields that are run too. */
function isExecuted(name: string): boolean {
  if (name.length > LINE_LENGTH_MAX) return false;
  const last = name
    .toLowerCase()
    .split(/[.[\]]/)
    .findLast((word) => word !== '');
  return last !== undefined && EXECUTED_NAMES.has(last);
}

/** `cmd=view` and `command=print page` are actions of an application; `cmd=ls` and `cmd=tail -f x` are not. */
function isRun(program: string, rest: string): boolean {
  const kind = programKind(program);
  if (kind === undefined || isSentence(rest)) return false;
  if (kind === 'interpreter' && rest.trim() !== '') return true;
  return kind === 'program' || kind === 'short' || /[-/$<>\\~]/.test(rest);
}

/** More than two words of letters are a sentence about something. */
function isSentence(rest: string): boolean {
  const words = rest.trim().split(/\s+/);
  return words.length >= 3 && words.every((word) => /^[\p{L}'’,.!?]+$/u.test(word));
}
