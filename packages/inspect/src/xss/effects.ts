import type { Token } from './tokens.ts';

/** What a piece of script does that an injection does, and how seldom anybody else writes it as a whole value. */
export interface Effect {
  start: number;
  end: number;
  /** `clear` = no page passes this as a value; `usual` = scripts that people quote do it too. */
  weight: 'clear' | 'usual';
}

const POPUPS = new Set(['alert', 'confirm', 'prompt']);
/** Functions that run text as script. */
const RUNNERS = new Set([
  'eval',
  'execScript',
  'Function',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'importScripts',
  'import',
  'atob',
  'btoa',
]);
const USUAL_CALLS = new Set([
  'fetch',
  'print',
  'open',
  'unescape',
  'XMLHttpRequest',
  'write',
  'writeln',
  'getScript',
  'sendBeacon',
  'insertAdjacentHTML',
  'postMessage',
  'fromCharCode',
  'fromCodePoint',
  'createContextualFragment',
  'Image',
  'WebSocket',
  'decodeURIComponent',
  'expression',
  'msgbox',
]);
const GLOBALS = new Set(['window', 'self', 'top', 'parent', 'frames', 'globalThis', 'this', 'document']);
const DOCUMENT_PARTS = new Set([
  'cookie',
  'domain',
  'location',
  'write',
  'writeln',
  'URL',
  'documentURI',
  'body',
  'referrer',
  'defaultView',
  'scripts',
]);
const SECRETS = new Set(['cookie', 'write', 'writeln', 'location', 'domain']);
const SINK_PROPERTIES = new Set(['innerHTML', 'outerHTML', 'src', 'srcdoc', 'href']);
const CONVERSIONS = new Set(['valueOf', 'toString', 'toJSON', 'onerror', 'onload', 'hasInstance', 'toPrimitive']);
/** Methods that call what they are given. */
const CALLERS = new Set(
  'call apply bind map find findIndex findLast forEach filter some every sort reduce reduceRight flatMap from replace replaceAll then catch construct defineProperty'.split(
    ' ',
  ),
);
const BEFORE_VALUE = new Set(['(', ',', '=', ':', '${', '[', '&&', '||', '?', '=>']);
const AFTER_VALUE = new Set([')', ',', ';', '}', ']', '&&', '||', '?', ':']);
/** What calls a function by another name when a list or `Reflect` stands before it. */
const REACHING = new Set([']', 'Reflect', 'Array', 'Object']);
/** Objects reach their own members through `this`, so one name counts only when it is one of the page's. */
const OWN_NAMES = /^["'`](?:alert|confirm|prompt|eval|constructor|location|document|open|fetch)["'`]$|\\/;
const ENDS_MEMBER = new Set([')', ';', '=', '(']);
const ENDS_COMPUTED = new Set(['(', '[', '=']);
const LOCATION_METHODS = new Set(['replace', 'assign']);
const LOCATION_PARTS = new Set(['href', 'hash', 'search', 'pathname']);

/** The first thing in the tokens that only injected script does, the clearest before the usual. */
export function findEffect(tokens: readonly Token[]): Effect | undefined {
  let usual: Effect | undefined;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined || (token.kind !== 'word' && token.text !== '[')) continue;
    const weight = weigh(tokens, i);
    if (weight === undefined) continue;
    const effect = { start: token.start, end: tokens[i + 1]?.end ?? token.end, weight };
    if (weight === 'clear') return effect;
    usual ??= effect;
  }
  return usual;
}

type Weight = Effect['weight'];
type Judge = (tokens: readonly Token[], i: number) => Weight | undefined;

/** Which reading a name gets; the first that says something counts. */
function weigh(tokens: readonly Token[], i: number): Weight | undefined {
  const name = tokens[i]?.text ?? '';
  if (GLOBALS.has(name)) return globalUse(tokens, i);
  const judge = JUDGES.get(name);
  if (judge !== undefined) return judge(tokens, i);
  return CALLERS.has(name) && tokens[i - 1]?.text === '.' && tokens[i + 1]?.kind === 'template' ? 'clear' : undefined;
}

/** Timers take functions from everybody and texts from injections; `import` takes brackets only. */
const timerUse: Judge = (tokens, i) => {
  const argument = tokens[i + 2];
  if (textAt(tokens, i + 1) !== '(' || argument === undefined) return runnerUse(tokens, i);
  const next = textAt(tokens, i + 3);
  const isFunction = argument.text === 'function' || argument.text === 'async' || argument.text === '(' || next === '=>';
  // `=> setTimeout(resolve, 100)`: a function of the script's own, by its name.
  const isOwnName = i > 0 && argument.kind === 'word' && next === ',' && !JUDGES.has(argument.text) && argument.text !== 'name';
  return isFunction || isOwnName ? 'usual' : runnerUse(tokens, i);
};
const importUse: Judge = (tokens, i) => {
  if (textAt(tokens, i + 1) !== '(' || textAt(tokens, i - 1) === ':') return undefined;
  const kind = tokens[i + 2]?.kind;
  return kind === 'literal' || kind === 'template' ? 'clear' : 'usual';
};
const runnerUse: Judge = (tokens, i) => (isCalled(tokens, i) ? callWeight(tokens, i) : passedWeight(tokens, i));
const usualCall: Judge = (tokens, i) => (isCalled(tokens, i) ? 'usual' : undefined);
const sinkAssignment: Judge = (tokens, i) => (tokens[i - 1]?.text === '.' && tokens[i + 1]?.text === '=' ? 'usual' : undefined);

const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ...[...SINK_PROPERTIES].map((name) => [name, sinkAssignment] as const),
  ...[...USUAL_CALLS].map((name) => [name, usualCall] as const),
  ...[...POPUPS, ...RUNNERS].map((name) => [name, runnerUse] as const),
  ['[', literalMember],
  ['createElement', elementUse],
  ['constructor', constructorUse],
  ['location', locationUse],
  ['setTimeout', timerUse],
  ['setInterval', timerUse],
  ['setImmediate', timerUse],
  ['import', importUse],
]);

function isCalled(tokens: readonly Token[], i: number): boolean {
  let at = i + 1;
  // `(alert)(1)`, `window['alert'](1)`: brackets may close between a name and its call.
  while (tokens[at]?.text === ')') at++;
  const next = tokens[at];
  if (next?.text === '?.') return tokens[at + 1]?.text === '(';
  return next?.text === '(' || next?.kind === 'template';
}

/** "Confirm (yes)" is an answer: a call stands close to its name, or says more than words. */
function callWeight(tokens: readonly Token[], i: number): Weight | undefined {
  const open = tokens[i + 1];
  if (open === undefined) return undefined;
  // A method of another object, such as `toast.alert(…)` or `window.confirm(…)`.
  if (textAt(tokens, i - 1) === '.' && !GLOBALS.has(textAt(tokens, i - 2)) && !GLOBALS.has(textAt(tokens, 0))) return 'usual';
  if (tokens[i - 1]?.text === 'function') return undefined;
  if (open.text === '(' && !open.isGlued && tokens[i + 2]?.kind === 'word') return undefined;
  return 'clear';
}

/** A dangerous function handed on by name: `[1].find(alert)`, `onerror=eval`, `{valueOf:alert}`. */
function passedWeight(tokens: readonly Token[], i: number): Weight | undefined {
  const before = textAt(tokens, i - 1);
  if (!BEFORE_VALUE.has(before) || !(i + 1 >= tokens.length || AFTER_VALUE.has(textAt(tokens, i + 1)))) return undefined;
  const owner = textAt(tokens, i - 2);
  if (CONVERSIONS.has(owner) || /^on[a-z]{3,48}$/.test(owner) || before === '${') return 'clear';
  if (CALLERS.has(owner)) return REACHING.has(textAt(tokens, i - 4)) ? 'clear' : 'usual';
  if (before !== '=') return undefined;
  return isCalledLater(tokens, i, owner) ? 'clear' : 'usual';
}

function textAt(tokens: readonly Token[], i: number): string {
  return tokens[i]?.text ?? '';
}

/** `a=alert,a(1)`: a new name for the function is used at once. */
function isCalledLater(tokens: readonly Token[], i: number, name: string): boolean {
  for (let at = i + 1; at + 1 < tokens.length; at++) {
    const next = tokens[at + 1];
    if (tokens[at]?.text === name && (next?.text === '(' || next?.kind === 'template')) return true;
  }
  return false;
}

/** `window['al'+'ert'](1)`, `document.cookie`: reaching for the page through its globals. */
function globalUse(tokens: readonly Token[], i: number): Weight | undefined {
  const name = textAt(tokens, i);
  if (textAt(tokens, i - 1) === '.') return undefined;
  let at = i + 1;
  while (textAt(tokens, at) === ')') at++;
  const next = textAt(tokens, at);
  if (next === '[') return computedUse(tokens, at, name);
  const part = textAt(tokens, at + 1);
  const isMember = (next === '.' || next === '?.') && name === 'document' && DOCUMENT_PARTS.has(part);
  return isMember ? documentUse(tokens, at + 1, part) : undefined;
}

function documentUse(tokens: readonly Token[], at: number, part: string): Weight {
  const next = tokens[at + 1]?.text;
  if (part === 'cookie') return 'clear';
  if (!SECRETS.has(part)) return 'usual';
  return next === undefined || ENDS_MEMBER.has(next) ? 'clear' : 'usual';
}

function computedUse(tokens: readonly Token[], open: number, name: string): Weight | undefined {
  const inner = tokens[open + 1];
  if (inner === undefined) return undefined;
  const close = closing(tokens, open);
  if (!isDisguised(inner) || (name === 'this' && close === open + 2 && !OWN_NAMES.test(inner.text)))
    return name === 'document' ? 'usual' : undefined;
  if (name === 'document') return 'clear';
  const after = tokens[close + 1];
  return after?.kind === 'template' || ENDS_COMPUTED.has(after?.text ?? '') ? 'clear' : undefined;
}

/** `parent[i](x)` is an ordinary call; a name put together from strings, patterns or escapes is a disguise. */
function isDisguised({ kind, text }: Token): boolean {
  return kind === 'template' || (kind === 'literal' && !/^\d/.test(text)) || text.includes('\\');
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const text = tokens[at]?.text;
    if (text === '[') depth++;
    else if (text === ']' && --depth === 0) return at;
  }
  return tokens.length;
}

/** `[]['constructor']` and its like: the way from any value to the function that runs text. */
function literalMember(tokens: readonly Token[], i: number): Weight | undefined {
  const inner = tokens[i + 1];
  if (inner?.kind !== 'literal' || tokens[i + 2]?.text !== ']') return undefined;
  return /^["'](?:constructor|__proto__|alert|eval|cookie)["']$/.test(inner.text) ? 'clear' : undefined;
}

/** Pages are given scripts this way by other scripts only. */
function elementUse(tokens: readonly Token[], i: number): Weight | undefined {
  return textAt(tokens, i + 1) === '(' && /^["'`]script["'`]$/i.test(textAt(tokens, i + 2)) ? 'clear' : undefined;
}

function constructorUse(tokens: readonly Token[], i: number): Weight | undefined {
  if (textAt(tokens, i - 1) !== '.' && i > 0) return undefined;
  const next = tokens[i + 1];
  const second = tokens[i + 2];
  if (next?.kind === 'template') return 'clear';
  if (next?.text === '.') return second?.text === 'constructor' || second?.text === 'prototype' ? 'clear' : undefined;
  // `constructor('…')` makes a function of a text; a class body has names between the brackets.
  return next?.text === '(' && second?.kind === 'literal' ? 'clear' : undefined;
}

function locationUse(tokens: readonly Token[], i: number): Weight | undefined {
  const isQualified = textAt(tokens, i - 1) === '.';
  if (isQualified && !GLOBALS.has(textAt(tokens, i - 2))) return undefined;
  const next = textAt(tokens, i + 1);
  if (next === '=') return assignedWeight(tokens[i + 2], isQualified);
  if (next !== '.') return isQualified && (next === '' || next === '(') ? 'clear' : undefined;
  const part = textAt(tokens, i + 2);
  const wanted = LOCATION_METHODS.has(part) ? '(' : LOCATION_PARTS.has(part) ? '=' : null;
  return textAt(tokens, i + 3) === wanted ? 'clear' : undefined;
}

/** `location=Berlin` is a filter; only what leads somewhere counts. */
function assignedWeight(value: Token | undefined, isQualified: boolean): Weight | undefined {
  if (value === undefined) return undefined;
  if (value.kind === 'template' || isQualified) return 'clear';
  if (value.kind === 'literal') return /^["'](?:javascript|data|https?|\/\/|\\)/i.test(value.text) ? 'clear' : 'usual';
  return value.text === 'name' || value.text === 'document' || value.text === 'atob' ? 'clear' : 'usual';
}
