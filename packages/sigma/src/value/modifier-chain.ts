import { quote, type Findings } from '../diagnostic.ts';
import { ENCODINGS } from './apply-encoding.ts';
import type { RawItem } from './raw.ts';
import { TIME_PARTS, type TimePart } from './time-part.ts';
import { COMPARISONS, type Comparison, type RegexFlags } from './value.ts';

/** What the modifiers of an item come to. */
export interface Chain {
  type: 'text' | 'regex' | 'cidr' | 'exists' | 'compare' | 'time' | 'field';
  textModifiers: string[];
  flags: RegexFlags;
  op: Comparison;
  part: TimePart;
  timeOp: Comparison | 'eq';
  place: 'whole' | 'start' | 'end' | 'anywhere';
  isCased: boolean;
  isAll: boolean;
  isNegated: boolean;
  expands: boolean;
}

const TEXT = new Set<string>(['contains', 'startswith', 'endswith', 'windash', 'expand', ...ENCODINGS]);
const PLACES = new Map([
  ['contains', 'anywhere'],
  ['startswith', 'start'],
  ['endswith', 'end'],
] as const);
const FLAGS = new Map<string, keyof RegexFlags>([
  ['i', 'i'],
  ['ignorecase', 'i'],
  ['m', 'm'],
  ['multiline', 'm'],
  ['s', 's'],
  ['dotall', 's'],
]);
const TYPES = new Map<string, Chain['type']>([
  ['re', 'regex'],
  ['cidr', 'cidr'],
  ['exists', 'exists'],
  ['fieldref', 'field'],
]);

/** Every modifier there is, aliases included. */
export const MODIFIERS: readonly string[] = [
  ...TEXT,
  ...FLAGS.keys(),
  ...TYPES.keys(),
  ...COMPARISONS,
  ...TIME_PARTS,
  'all',
  'cased',
  'neq',
];

/** Reads modifiers from left to right, as the specification applies them. */
export function readChain(item: RawItem, findings: Findings): Chain | null {
  const chain: Chain = {
    type: 'text',
    textModifiers: [],
    flags: { i: false, m: false, s: false },
    op: 'lt',
    part: 'minute',
    timeOp: 'eq',
    place: 'whole',
    isCased: false,
    isAll: false,
    isNegated: false,
    expands: false,
  };
  for (const modifier of item.modifiers) {
    if (!MODIFIERS.includes(modifier)) {
      findings.error('modifier-unknown', item.place, `${quote(modifier)} is no modifier`);
      return null;
    }
    const fault = take(chain, modifier);
    if (fault !== null) {
      findings.error('modifier-chain', item.place, fault);
      return null;
    }
  }
  return chain;
}

function take(chain: Chain, modifier: string): string | null {
  if (modifier === 'all') chain.isAll = true;
  else if (modifier === 'neq') chain.isNegated = true;
  else if (modifier === 'cased') chain.isCased = true;
  else if (FLAGS.has(modifier)) return takeFlag(chain, modifier);
  else if (TYPES.has(modifier)) return takeType(chain, modifier);
  else if (TEXT.has(modifier)) return takeText(chain, modifier);
  else return takeNumber(chain, modifier);
  return null;
}

function takeFlag(chain: Chain, modifier: string): string | null {
  const flag = FLAGS.get(modifier);
  if (chain.type !== 'regex' || flag === undefined) return `${modifier} is a flag of re and stands behind it`;
  chain.flags = { ...chain.flags, [flag]: true };
  return null;
}

function takeType(chain: Chain, modifier: string): string | null {
  const places = chain.textModifiers.filter((name) => PLACES.has(name as 'contains'));
  const isPlaced = modifier === 'fieldref' && places.length === chain.textModifiers.length;
  const isExpanded = modifier === 're' && chain.textModifiers.every((name) => name === 'expand');
  if (chain.type !== 'text' || (chain.textModifiers.length > 0 && !isPlaced && !isExpanded)) {
    return `${modifier} takes a value that no other modifier has changed`;
  }
  chain.type = TYPES.get(modifier) ?? 'text';
  chain.expands = isExpanded && chain.textModifiers.length > 0;
  chain.textModifiers = [];
  for (const place of places) chain.place = PLACES.get(place as 'contains') ?? 'whole';
  return null;
}

function takeText(chain: Chain, modifier: string): string | null {
  if ((chain.type === 'field' || chain.type === 'regex') && PLACES.has(modifier as 'contains')) {
    chain.place = PLACES.get(modifier as 'contains') ?? 'whole';
    return null;
  }
  if (chain.type === 'regex' && modifier === 'expand') {
    chain.expands = true;
    return null;
  }
  if (chain.type !== 'text') return `${modifier} takes text, and the value is none any more`;
  const isEncoding = ENCODINGS.includes(modifier as (typeof ENCODINGS)[number]);
  if (isEncoding && chain.textModifiers.some((name) => PLACES.has(name as 'contains'))) {
    return `${modifier} encodes the text and stands before ${chain.textModifiers.join(', ')}`;
  }
  chain.textModifiers.push(modifier);
  return null;
}

function takeNumber(chain: Chain, modifier: string): string | null {
  const op = COMPARISONS.find((known) => known === modifier);
  const part = TIME_PARTS.find((known) => known === modifier);
  if (chain.type === 'time' && op !== undefined) {
    chain.timeOp = op;
    return null;
  }
  if (chain.type !== 'text' || chain.textModifiers.length > 0)
    return `${modifier} takes a number that no other modifier has changed`;
  if (op !== undefined) Object.assign(chain, { type: 'compare', op });
  if (part !== undefined) Object.assign(chain, { type: 'time', part });
  return null;
}

/** What only the whole chain can tell. */
export function checkChain(chain: Chain, item: RawItem, findings: Findings): boolean {
  const refuse = (message: string): boolean => {
    findings.error('modifier-chain', item.place, message);
    return false;
  };
  if (chain.isCased && chain.type !== 'text' && chain.type !== 'field')
    return refuse(`cased does not fit ${item.modifiers.join('|')}`);
  if (item.field === null && !['text', 'regex'].includes(chain.type)) return refuse(`${item.modifiers.join('|')} needs a field`);
  if (chain.isAll && item.values.length < 2) {
    findings.warn('modifier-chain', item.place, 'all has a meaning for several values only');
  }
  return true;
}
