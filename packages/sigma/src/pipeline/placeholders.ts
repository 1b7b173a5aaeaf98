import { PLACEHOLDER } from '../engine/placeholders.ts';
import { readTokens, STAR, type Token } from '../value/tokens.ts';
import type { Value } from '../value/value.ts';
import { Refused, type Progress } from './draft.ts';
import type { Params } from './params.ts';
import type { Transformation } from './transformation.ts';

const EXPANSION_MAX = 4096;
const TYPES = new Set(['wildcard_placeholders', 'value_placeholders', 'file_placeholders']);

type Replace = (name: string, progress: Progress) => readonly (readonly Token[])[] | null;

/** Gives placeholders their values: a list of variables, or a wildcard as the last resort. */
export function readPlaceholderTransformation(type: string, params: Params): Transformation | null {
  if (!TYPES.has(type)) return null;
  const handles = handled(params);
  if (type === 'wildcard_placeholders') return expanding((name) => (handles(name) ? [[STAR]] : null));
  // A file is read by whoever holds the files: its lines come in as the variable of the same name.
  return expanding((name, { vars }) => {
    if (!handles(name)) return null;
    const values = vars.get(name);
    if (values === undefined) throw new Refused(`there is no variable for the placeholder ${name}`);
    return values.map((value) => readTokens(value));
  });
}

function handled(params: Params): (name: string) => boolean {
  const [include, exclude] = [params.texts('include'), params.texts('exclude')];
  if (include !== null && exclude !== null) params.fault('include and exclude shut each other out');
  return (name) => include?.includes(name) ?? !(exclude?.includes(name) ?? false);
}

function expanding(replace: Replace): Transformation {
  return {
    level: 'value',
    apply: (value, progress) => {
      if (value.kind === 'regex') return value.expands ? expandRegex(value, (name) => replace(name, progress)) : null;
      if (value.kind !== 'text' || !value.tokens.some((token) => typeof token === 'string')) return null;
      return expandText(value, (name) => replace(name, progress));
    },
  };
}

function expandText(
  value: Extract<Value, { kind: 'text' }>,
  replace: (name: string) => readonly (readonly Token[])[] | null,
): readonly Value[] {
  let texts: Token[][] = [[]];
  for (const token of value.tokens) {
    const choices = typeof token === 'string' ? (replace(token) ?? [[token]]) : [[token]];
    if (texts.length * choices.length > EXPANSION_MAX) throw new Refused(`placeholders make more than ${EXPANSION_MAX} values`);
    texts = texts.flatMap((text) => choices.map((choice) => [...text, ...choice]));
  }
  return texts.map((tokens) => ({ ...value, tokens }));
}

/** In a regular expression a value stands for itself, and a wildcard for any text. */
function expandRegex(
  value: Extract<Value, { kind: 'regex' }>,
  replace: (name: string) => readonly (readonly Token[])[] | null,
): readonly Value[] {
  const source = value.source.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const choices = replace(name);
    return choices === null ? whole : `(?:${choices.map((tokens) => tokens.map(escaped).join('')).join('|')})`;
  });
  return [{ ...value, source, expands: [...source.matchAll(PLACEHOLDER)].length > 0 }];
}

export function escaped(token: Token): string {
  if (typeof token === 'string') return `%${token}%`;
  if (token === STAR) return '.*';
  if (token < 0) return '.';
  const char = String.fromCharCode(token);
  return /[\\^$.*+?()[\]{}|/-]/u.test(char) ? `\\${char}` : char;
}
