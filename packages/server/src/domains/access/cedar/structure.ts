/**
 * Cedar reads and evaluates by recursion, and a policy that nests too deep takes its whole memory down with it: every later
 * decision would fail. Counted before it reads anything; the limits are a fraction of what it was seen to bear.
 */
const DEPTH_MAX = 48;
const CHAIN_MAX = 256;
const BRANCHES_MAX = 48;
const LITERAL_CHARS_MAX = 1024;

/** Strings, comments, words and signs, without backtracking. A string that does not end is the parser's to refuse. */
const TOKEN = /"(?:[^"\\]|\\[^])*"?|\/\/[^\n]*|[A-Za-z_][A-Za-z0-9_]*|[^]/gu;

interface Count {
  depth: number;
  chain: number;
  branches: number;
}

/** What a sign adds; everything else adds nothing. */
const SIGNS = new Map<string, keyof Count | 'closes'>([
  ['(', 'depth'],
  ['[', 'depth'],
  ['{', 'depth'],
  [')', 'closes'],
  [']', 'closes'],
  ['}', 'closes'],
  ['.', 'chain'],
  ['+', 'chain'],
  ['-', 'chain'],
  ['*', 'chain'],
  ['if', 'branches'],
]);

function tally(count: Count, token: string): string | null {
  if (token.startsWith('"'))
    return token.length > LITERAL_CHARS_MAX ? `a text longer than ${LITERAL_CHARS_MAX} characters` : null;
  const sign = SIGNS.get(token);
  if (sign === undefined) return null;
  if (sign === 'closes') count.depth -= 1;
  else count[sign] += 1;
  if (count.depth > DEPTH_MAX) return `nested deeper than ${DEPTH_MAX}`;
  if (count.chain > CHAIN_MAX) return `more than ${CHAIN_MAX} signs of . + - * in one policy`;
  return count.branches > BRANCHES_MAX ? `more than ${BRANCHES_MAX} times if in one policy` : null;
}

/** What makes a text too much to read, and at which character; null = nothing. */
export function structureFault(text: string): { readonly at: number; readonly detail: string } | null {
  let count: Count = { depth: 0, chain: 0, branches: 0 };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === ';') count = { depth: 0, chain: 0, branches: 0 };
    const detail = tally(count, token);
    if (detail !== null) return { at: index, detail };
  }
  return null;
}
