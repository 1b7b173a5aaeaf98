/**
 * A text of a rule as a list of code units and marks. Marks are negative, so that no character of a rule or an event can be
 * taken for one; a placeholder is the name between its percent signs.
 */
export const STAR = -1;
export const ONE = -2;
/** One of the characters that start an option on Windows (modifier `windash`). */
export const DASH = -3;
export type Token = number | string;

const BACKSLASH = 92;
const PERCENT = 37;

/** The five characters that `windash` takes for each other. */
export const DASHES: readonly number[] = [0x2d, 0x2f, 0x2013, 0x2014, 0x2015];

/**
 * Reads wildcards and escapes as the specification has them: a backslash escapes `*`, `?` and itself, and is an ordinary
 * character before anything else.
 */
export function readTokens(text: string): number[] {
  const tokens: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    const next = text[index + 1];
    if (unit === BACKSLASH && (next === '*' || next === '?' || next === '\\')) {
      tokens.push(next.charCodeAt(0));
      index += 1;
    } else if (unit === 0x2a) tokens.push(STAR);
    else if (unit === 0x3f) tokens.push(ONE);
    else tokens.push(unit);
  }
  return tokens;
}

/** The same for a text with placeholders: `%name%` is one, `\%` is a plain percent sign. */
export function readPlaceholders(text: string): Token[] {
  const tokens: Token[] = [];
  let plain = '';
  const flush = (): void => {
    for (const token of readTokens(plain)) tokens.push(token);
    plain = '';
  };
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === BACKSLASH && text.charCodeAt(index + 1) === PERCENT) {
      flush();
      tokens.push(PERCENT);
      index += 1;
      continue;
    }
    const end = unit === PERCENT ? text.indexOf('%', index + 1) : -1;
    const name = end === -1 ? '' : text.slice(index + 1, end);
    if (/^[A-Za-z0-9_.-]{1,100}$/u.test(name)) {
      flush();
      tokens.push(name);
      index = end;
    } else plain += text.charAt(index);
  }
  flush();
  return tokens;
}

export function hasWildcard(tokens: readonly Token[]): boolean {
  return tokens.includes(STAR) || tokens.includes(ONE);
}

/** Plain text of tokens without marks; null where there are some. */
export function plainText(tokens: readonly Token[]): string | null {
  let text = '';
  for (const token of tokens) {
    if (typeof token === 'string' || token < 0) return null;
    text += String.fromCharCode(token);
  }
  return text;
}

/** As a rule would write it, for messages and explanations. */
export function showTokens(tokens: readonly Token[]): string {
  let text = '';
  for (const token of tokens) {
    if (typeof token === 'string') text += `%${token}%`;
    else if (token === STAR) text += '*';
    else if (token === ONE) text += '?';
    else if (token === DASH) text += '-';
    else if (token === 0x2a || token === 0x3f) text += `\\${String.fromCharCode(token)}`;
    else text += String.fromCharCode(token);
  }
  return text;
}

const isWord = (unit: Token | undefined): boolean =>
  typeof unit === 'number' && unit >= 0 && /[\p{L}\p{N}_]/u.test(String.fromCharCode(unit));

/** `windash`: a dash or slash that stands before a word and not after one is any of the five. */
export function markDashes(tokens: readonly Token[]): Token[] {
  return tokens.map((token, index) => {
    const isDash = token === 0x2d || token === 0x2f;
    return isDash && !isWord(tokens[index - 1]) && isWord(tokens[index + 1]) ? DASH : token;
  });
}

/** Every text that tokens with marked dashes stand for; null when there are more than allowed. */
export function spellDashes(tokens: readonly Token[], max: number): Token[][] | null {
  let spelled: Token[][] = [[]];
  for (const token of tokens) {
    const choices = token === DASH ? DASHES : [token];
    if (spelled.length * choices.length > max) return null;
    if (choices.length === 1) for (const text of spelled) text.push(token);
    else spelled = spelled.flatMap((text) => choices.map((choice) => [...text, choice]));
  }
  return spelled;
}
