import { Capture } from '../regex/capture.ts';
import { hasWildcard, ONE, readPlaceholders, readTokens, showTokens, STAR, type Token } from '../value/tokens.ts';
import { numberOf, type Value } from '../value/value.ts';
import { changeCase } from './fields.ts';
import { escaped } from './placeholders.ts';
import { Refused } from './draft.ts';
import type { Params } from './params.ts';
import type { Transformation } from './transformation.ts';

type Text = Extract<Value, { kind: 'text' }>;
type Change = (value: Value) => readonly Value[] | null;

/** Transformations of values by their type; null when the type is none of them. */
export function readValueTransformation(type: string, params: Params): Transformation | null {
  const change = changeOf(type, params);
  return change === null ? null : { level: 'value', apply: (value) => change(value) };
}

function changeOf(type: string, params: Params): Change | null {
  switch (type) {
    case 'replace_string':
      return replaceString(params);
    case 'map_string': {
      const mapping = params.mapping('mapping');
      return onText(
        (value) => mapping.get(showTokens(value.tokens))?.map((text) => ({ ...value, tokens: readTokens(text) })) ?? null,
      );
    }
    case 'set_value':
      return setValue(params);
    case 'convert_type':
      return params.oneOf('target_type', ['str', 'num']) === 'str' ? toText : onText(toNumber);
    case 'case': {
      const how = params.oneOf('method', ['lower', 'upper', 'snake_case']);
      return onText((value) => [{ ...value, tokens: changedTokens(value.tokens, (text) => changeCase(text, how)) }]);
    }
    case 'regex': {
      const how = params.oneOf('method', ['ignore_case_brackets', 'ignore_case_flag', 'plain']);
      return onText((value) => toRegex(value, how));
    }
    default:
      return null;
  }
}

function onText(change: (value: Text) => readonly Value[] | null): Change {
  return (value) => (value.kind === 'text' ? change(value) : null);
}

function toText(value: Value): readonly Value[] | null {
  return value.kind === 'number' ? [{ kind: 'text', tokens: readTokens(String(value.number)), cased: false }] : null;
}

function toNumber(value: Text): readonly Value[] {
  const number = numberOf(showTokens(value.tokens));
  if (number === null) throw new Refused(`${showTokens(value.tokens)} is no number`);
  return [{ kind: 'number', number }];
}

function setValue(params: Params): Change {
  const plain = params.plain('value');
  const force = params.text('force_type');
  const number = numberOf(plain);
  if (force !== null && force !== 'str' && force !== 'num') params.fault('force_type is str or num');
  if (force === 'num' && number === null) params.fault('the value is no number');
  let value: Value = { kind: 'text', tokens: readTokens(String(plain)), cased: false };
  if (force === 'num' && number !== null) value = { kind: 'number', number };
  else if (force === null && plain === null) value = { kind: 'null' };
  else if (force === null && typeof plain === 'number') value = { kind: 'number', number: plain };
  else if (force === null && typeof plain === 'boolean') value = { kind: 'boolean', boolean: plain };
  return () => [value];
}

/** An expression that matches the same text: whole, and without regard to case unless it is plain. */
function toRegex(value: Text, how: 'ignore_case_brackets' | 'ignore_case_flag' | 'plain'): readonly Value[] | null {
  if (value.tokens.length === 0) return null;
  if (value.tokens.some((token) => typeof token === 'string'))
    throw new Refused('a placeholder cannot become a regular expression');
  const body = value.tokens.map((token) => (how === 'ignore_case_brackets' ? bracketed(token) : escaped(token))).join('');
  const flags = { i: how === 'ignore_case_flag', m: false, s: true };
  return [{ kind: 'regex', source: `^${body}$`, flags, expands: false }];
}

function bracketed(token: Token): string {
  const char = typeof token === 'number' && token >= 0 ? String.fromCharCode(token) : '';
  const [lower, upper] = [char.toLowerCase(), char.toUpperCase()];
  return lower !== upper && lower.length === 1 && upper.length === 1 ? `[${lower}${upper}]` : escaped(token);
}

function replaceString(params: Params): Change {
  const capture = params.regex(params.needText('regex'), (source) => new Capture(source));
  const replacement = params.needText('replacement');
  const skips = params.flag('skip_special');
  const interprets = params.flag('interpret_special');
  if (capture === null) return () => null;
  const replace = (text: string): string => replaceAll(capture, text, replacement);
  return (value) => {
    const text = value.kind === 'number' ? toText(value)?.[0] : value;
    if (text?.kind !== 'text') return null;
    if (skips) return [{ ...text, tokens: changedTokens(text.tokens, replace, interprets) }];
    // As a rule would write it, and read again: the replacement may hold wildcards. Plain backslashes stay what they are.
    const written = replace(showTokens(text.tokens)).replaceAll(/\\(?![*?])/gu, '\\\\');
    const hasPlaceholder = text.tokens.some((token) => typeof token === 'string');
    return [{ ...text, tokens: hasPlaceholder ? readPlaceholders(written) : readTokens(written) }];
  };
}

function replaceAll(capture: Capture, text: string, replacement: string): string {
  let replaced = '';
  let from = 0;
  while (from <= text.length) {
    const found = capture.exec(text, from, false);
    if (found === null) break;
    replaced +=
      text.slice(from, found.start) +
      fill(replacement, { capture, groups: found.groups, whole: text.slice(found.start, found.end) });
    // What is nothing is replaced once and passed by.
    if (found.end === found.start) replaced += text.charAt(found.start);
    from = found.end === found.start ? found.end + 1 : found.end;
  }
  return replaced + text.slice(from);
}

/** `\1`, `\g<1>` and `\g<name>` are groups. */
function fill(
  replacement: string,
  { capture, groups, whole }: { capture: Capture; groups: readonly (string | undefined)[]; whole: string },
): string {
  return replacement.replaceAll(/\\(?:(\d)|g<(\w{1,40})>|(\\))/gu, (_, ...[digit, name, backslash]: (string | undefined)[]) => {
    if (backslash !== undefined) return '\\';
    const reference = digit ?? name ?? '';
    const number = /^\d+$/u.test(reference) ? Number(reference) : capture.names.indexOf(reference) + 1;
    return number === 0 ? whole : (groups[number - 1] ?? '');
  });
}

/** Changes what stands between wildcards and placeholders. */
export function changedTokens(tokens: readonly Token[], change: (text: string) => string, interprets = false): readonly Token[] {
  const made: Token[] = [];
  let run = '';
  const flush = (): void => {
    const text = run === '' ? '' : change(run);
    if (interprets) made.push(...readTokens(text));
    else for (let index = 0; index < text.length; index += 1) made.push(text.charCodeAt(index));
    run = '';
  };
  for (const token of tokens) {
    if (typeof token === 'number' && token >= 0) run += String.fromCharCode(token);
    else {
      flush();
      made.push(token);
    }
  }
  flush();
  return made;
}

/** Text without wildcards at its ends; null when there are others. */
export function withoutStars(tokens: readonly Token[]): string | null {
  let [from, to] = [0, tokens.length];
  while (from < to && (tokens[from] === STAR || tokens[from] === ONE)) from += 1;
  while (to > from && (tokens[to - 1] === STAR || tokens[to - 1] === ONE)) to -= 1;
  const inner = tokens.slice(from, to);
  return hasWildcard(inner) || inner.some((token) => typeof token === 'string')
    ? null
    : showTokens(inner).replaceAll(/\\([*?])/gu, '$1');
}
