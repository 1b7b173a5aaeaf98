import type { EnvLine } from './parse.ts';

/** The characters that mean themselves to every program that reads such files. */
const BARE = /^[A-Za-z0-9_@%+:,./=-]*$/u;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const NEEDS_ESCAPES = /['\u0000-\u0008\u000B-\u001F\u007F]/u;
const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['"', '\\"'],
  ['$', '\\$'],
  ['`', '\\`'],
  ['\r', '\\r'],
]);

/** The plainest form that {@link parseEnvFile} reads back as this value. A value holds no character zero. */
export function quoteValue(value: string): string {
  if (BARE.test(value)) return value;
  if (!NEEDS_ESCAPES.test(value)) return `'${value}'`;
  return `"${value.replaceAll(/[\\"$`\r]/gu, (character) => ESCAPED.get(character) ?? character)}"`;
}

/** A file with these lines; an empty one has none. */
export function writeEnvFile(lines: readonly EnvLine[]): string {
  return lines.map((line) => `${line.kind === 'text' ? line.text : writeVariable(line)}\n`).join('');
}

function writeVariable({ before, name, value, after }: Extract<EnvLine, { kind: 'variable' }>): string {
  return `${before}${name}=${quoteValue(value)}${after}`;
}

/** A line without marks of its own. */
export function variable(name: string, value: string): EnvLine {
  return { kind: 'variable', name, value, before: '', after: '', line: 0 };
}
