import { readValue } from './read-value.ts';

export const ENV_CHARS_MAX = 1_048_576;
export const ENV_VALUES_MAX = 1000;
export const ENV_NAME_CHARS_MAX = 256;
const FAULTS_MAX = 20;

/** A blank line or a comment, as it stands; or a variable. `before` is `export ` or nothing, `after` a comment with the blanks before it. */
export type EnvLine =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly value: string;
      readonly before: string;
      readonly after: string;
      /** Where it begins, from 1. */
      readonly line: number;
    };

/** Names a line and what is wrong with its form; never what stands in it, which may be a secret. */
export interface EnvFault {
  readonly line: number;
  readonly detail: string;
}

export type EnvParsed =
  | { readonly kind: 'read'; readonly lines: readonly EnvLine[] }
  | { readonly kind: 'refused'; readonly faults: readonly EnvFault[] };

/** Names as shells and containers take them (POSIX.1-2024, 8.1), lower case too. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;
const MERGE_MARKER = /^(?:<{7}|\|{7}|={7}|>{7})(?: |$)/u;
const NAME_PART = /[ \t]*(?<before>export[ \t]+)?(?<name>[^=\n]*)(?<equals>=?)/uy;

export function isVariableName(name: string): boolean {
  return name.length <= ENV_NAME_CHARS_MAX && NAME.test(name);
}

/**
 * Reads a `.env` file by a grammar that leaves nothing to guess: where programs that read such files differ (blanks in a value
 * without quotes, `$`, unknown escapes), the line is refused and says how to write it. All faults are told at once.
 *
 * @example parseEnvFile("# shop\nexport PORT=8080\nGREETING='two words'\n")
 */
export function parseEnvFile(source: string): EnvParsed {
  if (source.length > ENV_CHARS_MAX) return refuse(1, `larger than ${ENV_CHARS_MAX} characters`);
  const text = source.replace(/^\uFEFF/u, '').replaceAll('\r\n', '\n');
  const conflict = text.split('\n').findIndex((line) => MERGE_MARKER.test(line));
  if (conflict !== -1) return refuse(conflict + 1, 'a merge conflict that is not resolved');
  const faults: EnvFault[] = [];
  const lines: EnvLine[] = [];
  const known = new Map<string, number>();
  for (let at = 0, line = 1; at < text.length && faults.length < FAULTS_MAX;) {
    const step = readLine(text, at, line);
    if (step.kind === 'fault') faults.push({ line, detail: step.detail });
    else {
      if (step.read.kind === 'variable') {
        const { name } = step.read;
        const first = known.get(name);
        if (first !== undefined) faults.push({ line, detail: `${name} is set in line ${first} already` });
        known.set(name, line);
      }
      lines.push(step.read);
    }
    line += text.slice(at, step.next).split('\n').length - 1;
    at = step.next;
  }
  if (known.size > ENV_VALUES_MAX) return refuse(1, `more than ${ENV_VALUES_MAX} variables`);
  return faults.length > 0 ? { kind: 'refused', faults } : { kind: 'read', lines };
}

const refuse = (line: number, detail: string): EnvParsed => ({ kind: 'refused', faults: [{ line, detail }] });

/** `next` is where the following line begins. */
type Step = { readonly next: number } & (
  | { readonly kind: 'line'; readonly read: EnvLine }
  | { readonly kind: 'fault'; readonly detail: string }
);

function readLine(text: string, at: number, line: number): Step {
  const end = endOfLine(text, at);
  const whole = text.slice(at, end);
  if (/^[ \t]*(?:#|$)/u.test(whole)) return { kind: 'line', next: end + 1, read: { kind: 'text', text: whole } };
  NAME_PART.lastIndex = at;
  const groups = NAME_PART.exec(text)?.groups ?? {};
  const { before = '', name = '', equals = '' } = groups;
  const fault = (detail: string): Step => ({ kind: 'fault', detail, next: end + 1 });
  if (equals === '') return fault('neither a comment nor NAME=value');
  if (/[ \t]$/u.test(name)) return fault('no blanks before =');
  if (!isVariableName(name)) return fault('a name has letters, digits and _, and does not begin with a digit');
  const value = readValue(text, NAME_PART.lastIndex);
  if (value.kind === 'fault') return { kind: 'fault', detail: value.detail, next: endOfLine(text, value.at) + 1 };
  return {
    kind: 'line',
    next: value.end + 1,
    read: { kind: 'variable', name, value: value.value, before: before === '' ? '' : 'export ', after: value.after, line },
  };
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}
