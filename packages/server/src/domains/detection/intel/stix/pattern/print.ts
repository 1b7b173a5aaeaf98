import type { Comparison, Literal, ObjectPath, Pattern } from './tree.ts';

/** A pattern as text; read again it is the same tree. */
export function printPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'observe':
      return `[${printComparison(pattern.that)}]`;
    case 'and':
      return pattern.parts.map((part) => grouped(part, ['or', 'followed-by'])).join(' AND ');
    case 'or':
      return pattern.parts.map((part) => grouped(part, ['followed-by'])).join(' OR ');
    case 'followed-by':
      return pattern.parts.map((part) => printPattern(part)).join(' FOLLOWEDBY ');
    case 'within':
      return `${qualifiable(pattern.part)} WITHIN ${printNumber(pattern.seconds)} SECONDS`;
    case 'repeats':
      return `${qualifiable(pattern.part)} REPEATS ${pattern.times} TIMES`;
    case 'between':
      break;
  }
  return `${qualifiable(pattern.part)} START t'${pattern.start}' STOP t'${pattern.stop}'`;
}

export function printComparison(comparison: Comparison): string {
  const not = 'isNegated' in comparison && comparison.isNegated ? 'NOT ' : '';
  switch (comparison.kind) {
    case 'and':
      return comparison.parts
        .map((part) => (part.kind === 'or' ? `(${printComparison(part)})` : printComparison(part)))
        .join(' AND ');
    case 'or':
      return comparison.parts.map((part) => printComparison(part)).join(' OR ');
    case 'exists':
      return `${not}EXISTS ${printPath(comparison.path)}`;
    case 'in':
      return `${printPath(comparison.path)} ${not}IN (${comparison.set.map((literal) => printLiteral(literal)).join(', ')})`;
    case 'text':
      return `${printPath(comparison.path)} ${not}${comparison.operator} ${quoted(comparison.to)}`;
    case 'compare':
      break;
  }
  return `${printPath(comparison.path)} ${not}${comparison.operator} ${printLiteral(comparison.to)}`;
}

export function printPath({ type, steps }: ObjectPath): string {
  const written = steps.map((step, index) => {
    if ('every' in step) return '[*]';
    if ('index' in step) return `[${step.index}]`;
    return `${index === 0 ? '' : '.'}${isPlain(step.key) ? step.key : quoted(step.key)}`;
  });
  return `${type}:${written.join('')}`;
}

function isPlain(key: string): boolean {
  return /^[a-z_][a-z0-9_]*$/u.test(key) && key !== 'true' && key !== 'false';
}

function printLiteral(literal: Literal): string {
  switch (literal.kind) {
    case 'number':
      return printNumber(literal.value);
    case 'string':
      return quoted(literal.value);
    case 'boolean':
      return String(literal.value);
    case 'bytes':
      return `h'${literal.hex}'`;
    case 'time':
      break;
  }
  return `t'${literal.value}'`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/gu, String.raw`\$&`)}'`;
}

/** The grammar knows no exponents. */
function printNumber(value: number): string {
  const [digits = '', exponent] = String(value).split('e');
  if (exponent === undefined) return digits;
  if (Number(exponent) > 0) return BigInt(value).toString();
  const sign = digits.startsWith('-') ? '-' : '';
  return `${sign}0.${'0'.repeat(-Number(exponent) - 1)}${digits.replaceAll(/[-.]/gu, '')}`;
}

/** A qualifier belongs to what stands right before it; the same one twice takes parentheses (§9.5). */
function qualifiable(part: Pattern): string {
  return part.kind === 'observe' ? printPattern(part) : `(${printPattern(part)})`;
}

function grouped(part: Pattern, loose: readonly Pattern['kind'][]): string {
  return loose.includes(part.kind) ? `(${printPattern(part)})` : printPattern(part);
}
