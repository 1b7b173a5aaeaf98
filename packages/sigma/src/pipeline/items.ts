import { Capture } from '../regex/capture.ts';
import type { Detection, Item } from '../rule/detection.ts';
import { readTokens, showTokens } from '../value/tokens.ts';
import { numberOf, type Value } from '../value/value.ts';
import { Refused } from './draft.ts';
import type { Params } from './params.ts';
import type { Transformation } from './transformation.ts';
import { withoutStars } from './values.ts';

/** Transformations of whole detection items by their type; null when the type is none of them. */
export function readItemTransformation(type: string, params: Params): Transformation | null {
  switch (type) {
    case 'drop_detection_item':
      return { level: 'item', apply: () => null };
    case 'detection_item_failure': {
      const message = params.needText('message');
      return {
        level: 'item',
        apply: () => {
          throw new Refused(message);
        },
      };
    }
    case 'hashes_fields':
      return hashesFields(params);
    case 'extract_fields':
      return extractFields(params);
    default:
      return null;
  }
}

const BY_LENGTH = new Map([
  [32, 'MD5'],
  [40, 'SHA1'],
  [64, 'SHA256'],
  [128, 'SHA512'],
]);

/** `Hashes: SHA1=...` as fields of their own, one for each algorithm. */
function hashesFields(params: Params): Transformation {
  const known = new Set(params.needTexts('valid_hash_algos'));
  const prefix = params.text('field_prefix') ?? '';
  const isBare = params.flag('drop_algo_prefix');
  const parsed = new Set(params.texts('field_to_parse') ?? ['Hashes', 'Hash']);
  return {
    level: 'item',
    apply: (item) => {
      if (item.field === null || !parsed.has(item.field) || !item.values.every((value) => value.kind === 'text')) return item;
      const found = new Map<string, Value[]>();
      for (const value of item.values) {
        const [algorithm, hash] = splitHash(value.kind === 'text' ? (withoutStars(value.tokens) ?? '') : '');
        if (!known.has(algorithm)) continue;
        const field = prefix + (isBare ? '' : algorithm);
        found.set(field, [...(found.get(field) ?? []), { kind: 'text', tokens: readTokens(hash), cased: false }]);
      }
      if (found.size === 0) throw new Refused(`there is no hash of ${[...known].join(', ')}`);
      // Several values that all must match stay several that all must match.
      const parts = [...found].map(([field, values]): Item => ({ ...item, field, values }));
      return { kind: item.isAll !== item.isNegated ? 'all' : 'any', parts, place: item.place };
    },
  };
}

function splitHash(text: string): [string, string] {
  const parts = text.includes('|') ? text.split('|') : text.split('=');
  const [algorithm = '', hash = ''] = parts;
  return parts.length === 2 ? [algorithm.toUpperCase(), hash] : [BY_LENGTH.get(text.length) ?? '', text];
}

/** A value taken apart by an expression with named groups: one field for each group. */
function extractFields(params: Params): Transformation | null {
  const capture = params.regex(params.needText('regex'), (source) => new Capture(source));
  const prefix = params.text('field_prefix');
  const preserves = params.flag('preserve_unmatched');
  if (capture === null) return null;
  if (!capture.names.some((name) => name !== null)) params.fault('the expression has no named group');
  const take = (value: Value, item: Item): Detection | null => {
    const text = value.kind === 'text' ? showTokens(value.tokens) : '';
    const found = capture.exec(text, 0, true);
    if (found === null) return preserves ? { ...item, values: [value] } : null;
    const parts = capture.names.flatMap((name, index): Item[] => {
      const captured = found.groups[index];
      if (name === null || captured === undefined || captured === '') return [];
      const field = prefix === null ? name : `${prefix}.${name}`;
      return [{ ...item, field, modifiers: [], values: [typed(captured)], isAll: false, isNegated: false }];
    });
    return parts.length === 0 ? null : { kind: 'all', parts, place: item.place };
  };
  return {
    level: 'item',
    apply: (item) => {
      if (item.isNegated || !item.values.every((value) => value.kind === 'text')) return item;
      const parts = item.values.flatMap((value) => take(value, item) ?? []);
      return parts.length === 0 ? item : { kind: item.isAll ? 'all' : 'any', parts, place: item.place };
    },
  };
}

function typed(text: string): Value {
  if (text.toLowerCase() === 'null' || text.toLowerCase() === 'none') return { kind: 'null' };
  const number = text === '0' || !text.startsWith('0') ? numberOf(text) : null;
  return number === null ? { kind: 'text', tokens: readTokens(text), cased: false } : { kind: 'number', number };
}
