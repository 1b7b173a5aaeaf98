import type { YamlScalar } from './yaml-tree.ts';

type Read = Pick<YamlScalar, 'value' | 'source'>;

export function scalarOf(value: unknown, source: string | undefined): Read {
  const text = source ?? '';
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return { value, source: text };
  // A whole number that a double cannot hold keeps its digits.
  if (typeof value === 'number') {
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
      ? { value, source: text }
      : { value: text, source: text };
  }
  return { value: text, source: text };
}

const NULL = /^(?:~|null|Null|NULL)?$/u;
const TRUE = /^(?:true|True|TRUE)$/u;
const FALSE = /^(?:false|False|FALSE)$/u;
const DECIMAL = /^[-+]?[0-9]+$/u;
const BASED = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/u;
const FRACTION = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/u;

/** What a plain word stands for: the core schema (YAML 1.2.2 §10.3.2). */
export function plainScalar(text: string): Read {
  const unit = text.charCodeAt(0);
  // Most words begin with a letter that no number, boolean or null begins with.
  const isWord = unit >= 0x41 && !STARTS.has(unit);
  if (isWord) return { value: text, source: text };
  return scalarOf(resolved(text), text);
}

/** `~ n N t T f F` */
const STARTS: ReadonlySet<number> = new Set([0x7e, 0x6e, 0x4e, 0x74, 0x54, 0x66, 0x46]);

function resolved(text: string): string | number | boolean | null {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (DECIMAL.test(text) || BASED.test(text) || FRACTION.test(text)) return Number(text);
  return text;
}
