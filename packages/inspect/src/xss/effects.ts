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

function weigh(tokens: readonly Token[], i: number): Effect['weight'] | undefined {
  const name = tokens[i]?.text ?? '';
  if (name === '[') return literalMember(tokens, i);
  if (name === 'constructor') return constructorUse(tokens, i);
  if (name === 'location') return locationUse(tokens, i);
  if (GLOBALS.has(name)) {
    const use = globalUse(tokens, i);
    if (use !== undefined) return use;
  }
  if (POPUPS.has(name) || RUNNERS.has(name)) return isCalled(tokens, i) ? callWeight(tokens, i) : passedWeight(tokens, i);
  if (USUAL_CALLS.has(name)) return isCalled(tokens, i) ? 'usual' : undefined;
  if (CALLERS.has(name) && tokens[i - 1]?.text === '.' && tokens[i + 1]?.kind === 'template') return 'clear';
  if (SINK_PROPERTIES.has(name)) return tokens[i - 1]?.text === '.' && tokens[i + 1]?.text === '=' ? 'usual' : undefined;
  return undefined;
}

function isCalled(tokens: readonly Token[], i: number): boolean {
  let at = i + 1;
  // `(alert)(1)`, `window['alert'](1)`: brackets may close between a name and its call.
  while (tokens[at]?.text === ')') at++;
  const next = tokens[at];
  if (next?.text === '?.') return tokens[at + 1]?.text === '(';
  return next?.text === '(' || next?.kind === 'template';
}

/** "Confirm (yes)" is an answer: a call stands close to its name, or says more than words. */
function callWeight(tokens: readonly Token[], i: number): Effect['weight'] | undefined {
  const open = tokens[i + 1];
  if (open === undefined) return undefined;
  // A method of another object, such as `toast.alert(…)` or `window.confirm(…)`.
  if (tokens[i - 1]?.text === '.' && !GLOBALS.has(tokens[i - 2]?.text ?? '')) return 'usual';
  if (tokens[i - 1]?.text === 'function') return undefined;
  if (open.text === '(' && !open.isGlued && tokens[i + 2]?.kind === 'word') return undefined;
  return 'clear';
}

/** A dangerous function handed on by name: `[1].find(alert)`, `onerror=eval`, `{valueOf:alert}`. */
function passedWeight(tokens: readonly Token[], i: number): Effect['weight'] | undefined {
  const before = tokens[i - 1]?.text ?? '';
  const after = tokens[i + 1]?.text ?? ';';
  if (!BEFORE_VALUE.has(before) || !AFTER_VALUE.has(after)) return undefined;
  const owner = tokens[i - 2]?.text ?? '';
  if (CONVERSIONS.has(owner) || /^on[a-z]{3,32}$/.test(owner)) return 'clear';
  if (CALLERS.has(owner)) return tokens[i - 4]?.text === ']' || tokens[i - 4]?.text === 'Reflect' ? 'clear' : 'usual';
  if (before === '=') return isCalledLater(tokens, i, owner) ? 'clear' : 'usual';
  return before === '${' || owner === 'apply' ? 'clear' : undefined;
}

/** `a=alert,a(1)`: a new name for the function is used at once. */
function isCalledLater(tokens: readonly Token[], i: number, name: string): boolean {
  for (let at = i + 1; at + 1 < tokens.length; at++) {
    const next = tokens[at + 1];
    if (tokens[at]?.text === name && (next?.text === '(' || next?.kind === 'template')) return true;
  }
  return false;
}

/** `window['al'+'ert'](1)`, `document.cookie`, `top.name`: reaching for the page through its globals. */
function globalUse(tokens: readonly Token[], i: number): Effect['weight'] | undefined {
  const name = tokens[i]?.text ?? '';
  if (tokens[i - 1]?.text === '.') return undefined;
  let at = i + 1;
  while (tokens[at]?.text === ')') at++;
  const next = tokens[at]?.text;
  if (next === '[') return computedUse(tokens, at, name);
  if (next !== '.' && next !== '?.') return undefined;
  const part = tokens[at + 1]?.text ?? '';
  if (name === 'document') return DOCUMENT_PARTS.has(part) ? documentUse(tokens, at + 1, part) : undefined;
  return undefined;
}

function documentUse(tokens: readonly Token[], at: number, part: string): Effect['weight'] {
  const next = tokens[at + 1];
  const isWhole = next === undefined || next.text === ')' || next.text === ';';
  if (part === 'cookie' && (isWhole || next.text === '=')) return 'clear';
  if ((part === 'write' || part === 'writeln') && next?.text === '(') return 'clear';
  return SECRETS.has(part) && (isWhole || next.text === '=' || next.text === '(') ? 'clear' : 'usual';
}

function computedUse(tokens: readonly Token[], open: number, name: string): Effect['weight'] | undefined {
  const close = closing(tokens, open);
  const inner = tokens[open + 1];
  if (inner === undefined) return undefined;
  const after = tokens[close + 1];
  const isNamed = inner.kind === 'literal' && /^["']/.test(inner.text);
  if (name === 'document') return isNamed ? 'clear' : 'usual';
  const isUsed = after?.text === '(' || after?.kind === 'template' || after?.text === '[' || after?.text === '=';
  // `parent[i](x)` is an ordinary call; a name put together from strings or patterns is a disguise.
  const isDisguised =
    isNamed || inner.kind === 'template' || inner.text === '/' || inner.kind === 'literal' || inner.text.includes('\\');
  return isUsed && isDisguised && !/^\d/.test(inner.text) ? 'clear' : undefined;
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
function literalMember(tokens: readonly Token[], i: number): Effect['weight'] | undefined {
  const inner = tokens[i + 1];
  if (inner?.kind !== 'literal' || tokens[i + 2]?.text !== ']') return undefined;
  return /^["'](?:constructor|__proto__|alert|eval|cookie)["']$/.test(inner.text) ? 'clear' : undefined;
}

function constructorUse(tokens: readonly Token[], i: number): Effect['weight'] | undefined {
  if (tokens[i - 1]?.text !== '.' && i > 0) return undefined;
  const next = tokens[i + 1];
  if (next?.kind === 'template') return 'clear';
  if (next?.text === '.')
    return tokens[i + 2]?.text === 'constructor' || tokens[i + 2]?.text === 'prototype' ? 'clear' : undefined;
  // `constructor('…')` makes a function of a text; a class body has names between the brackets.
  return next?.text === '(' && tokens[i + 2]?.kind === 'literal' ? 'clear' : undefined;
}

function locationUse(tokens: readonly Token[], i: number): Effect['weight'] | undefined {
  const next = tokens[i + 1]?.text;
  const isQualified = tokens[i - 1]?.text === '.';
  if (isQualified && !GLOBALS.has(tokens[i - 2]?.text ?? '')) return undefined;
  const part = tokens[i + 2]?.text ?? '';
  if (next === '=') return assignedWeight(tokens[i + 2], isQualified);
  if (next !== '.') return isQualified && (next === undefined || next === '(') ? 'clear' : undefined;
  if (LOCATION_METHODS.has(part)) return tokens[i + 3]?.text === '(' ? 'clear' : undefined;
  return LOCATION_PARTS.has(part) && tokens[i + 3]?.text === '=' ? 'clear' : undefined;
}

/** `location=Berlin` is a filter; only what leads somewhere counts. */
function assignedWeight(value: Token | undefined, isQualified: boolean): Effect['weight'] | undefined {
  if (value === undefined) return undefined;
  if (value.kind === 'template' || isQualified) return 'clear';
  if (value.kind === 'literal') return /^["'](?:javascript|data|https?|\/\/|\\)/i.test(value.text) ? 'clear' : 'usual';
  return value.text === 'name' || value.text === 'document' || value.text === 'atob' ? 'clear' : 'usual';
}
