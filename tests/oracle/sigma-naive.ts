/**
 * Sigma by brute force: a rule is a JSON object as its author would write it, an event is asked of every rule, every value and
 * every character, with nothing indexed, compiled or shared. It shares no code with the package, only the specification.
 */
export type Plain = string | number | boolean | null;
export type PlainEvent = {
  fields: Record<string, Plain | readonly Plain[]>;
  message?: string;
  logsources?: readonly Record<string, string>[];
};
export type Expression =
  | { name: string }
  | { not: Expression }
  | { op: 'and' | 'or'; parts: readonly Expression[] }
  | { of: 'all' | '1' | 'any'; pattern: string };
export type PlainDetection =
  | readonly Plain[]
  | Record<string, Plain | readonly Plain[]>
  | readonly Record<string, Plain | readonly Plain[]>[];
export interface PlainRule {
  readonly title: string;
  readonly logsource: Record<string, string>;
  readonly identifiers: Record<string, PlainDetection>;
  readonly expression: Expression;
}

export function documentOf({ title, logsource, identifiers, expression }: PlainRule): unknown {
  return { title, logsource, detection: { ...identifiers, condition: write(expression) } };
}

function write(expression: Expression): string {
  if ('name' in expression) return expression.name;
  if ('not' in expression) return `not (${write(expression.not)})`;
  if ('of' in expression) return `${expression.of} of ${expression.pattern}`;
  return expression.parts.map((part) => `(${write(part)})`).join(` ${expression.op} `);
}

const fold = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');
const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? (value as readonly T[]) : [value as T]);

export function naiveMatches(rule: PlainRule, event: PlainEvent): boolean {
  const fits = (source: Record<string, string>): boolean =>
    Object.entries(rule.logsource).every(([key, value]) => source[key] === value);
  if (event.logsources !== undefined && !event.logsources.some(fits)) return false;
  const evaluate = (expression: Expression): boolean => {
    if ('name' in expression) return detects(rule.identifiers[expression.name] ?? [], event);
    if ('not' in expression) return !evaluate(expression.not);
    if ('of' in expression) {
      const fitting = Object.keys(rule.identifiers).filter(
        (name) =>
          (expression.pattern === 'them' ||
            wild(
              expression.pattern.split('').map((char) => (char === '*' ? { star: true } : { char })),
              name,
            )) &&
          !name.startsWith('_'),
      );
      const results = fitting.map((name) => detects(rule.identifiers[name] ?? [], event));
      return expression.of === 'all' ? results.every(Boolean) : results.some(Boolean);
    }
    return expression.op === 'and' ? expression.parts.every(evaluate) : expression.parts.some(evaluate);
  };
  return evaluate(rule.expression);
}

function detects(detection: PlainDetection, event: PlainEvent): boolean {
  if (!Array.isArray(detection)) return Object.entries(detection).every(([key, values]) => item(key, listOf(values), event));
  return detection.some((part: unknown) =>
    typeof part === 'object' && part !== null ? detects(part as PlainDetection, event) : item('', [part as Plain], event),
  );
}

function item(key: string, values: readonly Plain[], event: PlainEvent): boolean {
  const [field = '', ...modifiers] = key.split('|');
  const results = values.map((value) => matches({ field, modifiers, value }, event));
  const result = modifiers.includes('all') ? results.every(Boolean) : results.some(Boolean);
  return modifiers.includes('neq') ? !result : result;
}

interface Asked {
  readonly field: string;
  readonly modifiers: readonly string[];
  readonly value: Plain;
}

function matches({ field, modifiers, value }: Asked, event: PlainEvent): boolean {
  const isThere = field in event.fields;
  const scalars = isThere ? listOf(event.fields[field] ?? null) : [];
  const has = (name: string): boolean => modifiers.includes(name);
  if (has('exists')) return isThere === value;
  if (value === null) return scalars.length === 0 || scalars.includes(null);
  const texts = (field === '' ? haystacks(event) : scalars).filter((scalar) => scalar !== null);
  if (has('re')) {
    const flags = ['i', 'm', 's'].filter((flag) => has(flag)).join('');
    return texts.some((text) => new RegExp(String(value), flags).test(String(text)));
  }
  for (const [name, holds] of Object.entries(COMPARED)) {
    if (has(name))
      return texts.some(
        (text) =>
          typeof text !== 'boolean' &&
          String(text).trim() !== '' &&
          !Number.isNaN(Number(text)) &&
          holds(Number(text), Number(value)),
      );
  }
  if (has('fieldref')) {
    const others = String(value) in event.fields ? listOf(event.fields[String(value)] ?? null) : [];
    return texts.some((text) => others.some((other) => other !== null && fold(String(other)) === fold(String(text))));
  }
  if (has('cidr')) return texts.some((text) => typeof text === 'string' && inNetwork(text, String(value)));
  return spellings(String(value), modifiers).some((pattern) => {
    const before = field === '' || has('contains') || has('endswith') ? [{ star: true }] : [];
    const after = field === '' || has('contains') || has('startswith') ? [{ star: true }] : [];
    const whole: Sign[] = [...before, ...pattern, ...after];
    return texts.some((text) =>
      has('cased')
        ? wild(whole, String(text))
        : wild(
            whole.map((sign) => ('char' in sign ? { char: fold(sign.char) } : sign)),
            fold(String(text)),
          ),
    );
  });
}

const COMPARED: Record<string, (a: number, b: number) => boolean> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
};

function haystacks(event: PlainEvent): readonly Plain[] {
  return event.message === undefined ? Object.values(event.fields).flatMap((value) => listOf(value)) : [event.message];
}

function inNetwork(text: string, network: string): boolean {
  const bits = (address: string): string | null => {
    const parts = address.split('.');
    if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/u.test(part) && Number(part) < 256)) return null;
    return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
  };
  const [base = '', length = '32'] = network.split('/');
  return bits(text)?.slice(0, Number(length)) === bits(base)?.slice(0, Number(length));
}

type Sign = { char: string } | { star: boolean } | { one: boolean };

function signs(text: string): Sign[] {
  const found: Sign[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === '\\' && '*?\\'.includes(text.charAt(index + 1)) && index + 1 < text.length) {
      found.push({ char: text.charAt(index + 1) });
      index += 1;
    } else if (char === '*') found.push({ star: true });
    else if (char === '?') found.push({ one: true });
    else found.push({ char });
  }
  return found;
}

/** Everything a value stands for: dashes, base64 at three offsets, UTF-16. */
function spellings(value: string, modifiers: readonly string[]): Sign[][] {
  let found: Sign[][] = [signs(value)];
  const textOf = (pattern: readonly Sign[]): string => pattern.map((sign) => ('char' in sign ? sign.char : '')).join('');
  const chars = (text: string): Sign[] => Array.from({ length: text.length }, (_, index) => ({ char: text.charAt(index) }));
  for (const modifier of modifiers) {
    if (modifier === 'windash') found = found.flatMap((pattern) => dashed(pattern));
    if (modifier === 'wide')
      found = found.map((pattern) => pattern.flatMap((sign): Sign[] => ('char' in sign ? [sign, { char: '\0' }] : [sign])));
    if (modifier === 'base64') found = found.map((pattern) => chars(Buffer.from(textOf(pattern)).toString('base64')));
    if (modifier === 'base64offset') found = found.flatMap((pattern) => stable(textOf(pattern)).map((text) => chars(text)));
  }
  return found;
}

/** The characters that are the same whatever stands before and after, found by trying. */
function stable(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const around = (fill: number): string =>
      Buffer.concat([Buffer.alloc(offset, fill), Buffer.from(text), Buffer.alloc(6, fill)]).toString('base64');
    const [one, other] = [around(0x00), around(0xff)];
    let found = '';
    const start = [0, 2, 3][offset] ?? 0;
    for (let index = start; one[index] === other[index] && index < one.length; index += 1) found += one[index];
    return found;
  });
}

function dashed(pattern: readonly Sign[]): Sign[][] {
  const isWord = (sign: Sign | undefined): boolean => sign !== undefined && 'char' in sign && /[\p{L}\p{N}_]/u.test(sign.char);
  let found: Sign[][] = [[]];
  for (const [index, sign] of pattern.entries()) {
    const isDash = 'char' in sign && '-/'.includes(sign.char) && !isWord(pattern[index - 1]) && isWord(pattern[index + 1]);
    const choices: Sign[] = isDash ? ['-', '/', '–', '—', '―'].map((char) => ({ char })) : [sign];
    found = found.flatMap((text) => choices.map((choice) => [...text, choice]));
  }
  return found;
}

function wild(pattern: readonly Sign[], text: string): boolean {
  const [sign, ...rest] = pattern;
  if (sign === undefined) return text === '';
  if ('star' in sign) return wild(rest, text) || (text !== '' && wild(pattern, text.slice(1)));
  return text !== '' && ('one' in sign || text.startsWith(sign.char)) && wild(rest, text.slice(1));
}
