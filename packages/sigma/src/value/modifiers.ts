import { quote, type Findings } from '../diagnostic.ts';
import type { SigmaLimits } from '../limits.ts';
import { regexFault } from '../regex/regex.ts';
import { applyEncoding, ENCODINGS, type Encoding, type Surroundings } from './apply-encoding.ts';
import { parseNetwork } from './cidr.ts';
import { checkChain, readChain, type Chain } from './modifier-chain.ts';
import type { RawItem, RawValue } from './raw.ts';
import { markDashes, plainText, readPlaceholders, readTokens, STAR, type Token } from './tokens.ts';
import { numberOf, type Value } from './value.ts';

export interface Context {
  readonly findings: Findings;
  readonly limits: SigmaLimits;
}

export interface Applied {
  /** For each value of the rule what it stands for: any of them matches. Mostly one, with `base64offset` three. */
  readonly values: readonly (readonly Value[])[];
  readonly isAll: boolean;
  readonly isNegated: boolean;
}

/** Applies the modifiers of an item to its values; null when one of them cannot be applied, which has been said then. */
export function applyModifiers(item: RawItem, context: Context): Applied | null {
  const chain = readChain(item, context.findings);
  if (chain === null || !checkChain(chain, item, context.findings)) return null;
  const values: (readonly Value[])[] = [];
  let count = 0;
  for (const raw of item.values) {
    const read = readValue(raw, chain, context);
    if (read === null) return null;
    values.push(item.field === null ? read.map((value) => anywhere(value)) : read);
    count += read.length;
    if (count > context.limits.expansionMax) {
      context.findings.error('value-too-large', raw.place, `more than ${context.limits.expansionMax} values`);
      return null;
    }
  }
  return { values, isAll: chain.isAll, isNegated: chain.isNegated };
}

function readValue(raw: RawValue, chain: Chain, context: Context): readonly Value[] | null {
  const { findings, limits } = context;
  if (raw.source.length > limits.valueCharsMax || String(raw.value).length > limits.valueCharsMax) {
    findings.error('value-too-large', raw.place, `over ${limits.valueCharsMax} characters`);
    return null;
  }
  const value = chain.type === 'text' ? textValues(raw, chain, context) : typedValue(raw, chain, context);
  if (value === null) return null;
  return Array.isArray(value) ? (value as readonly Value[]) : [value as Value];
}

function typedValue(raw: RawValue, chain: Chain, context: Context): Value | null {
  switch (chain.type) {
    case 'regex':
      return regexValue(raw, chain, context);
    case 'cidr':
      return networkValue(raw, context);
    case 'compare':
    case 'time':
      return numberValue(raw, chain, context);
    case 'exists':
      return typeof raw.value === 'boolean' ? { kind: 'exists', exists: raw.value } : unfit(raw, 'exists', context.findings);
    case 'field': {
      const name = typeof raw.value === 'string' ? plainText(readTokens(raw.value)) : null;
      if (name === null) return unfit(raw, 'fieldref', context.findings);
      return { kind: 'field', field: name, place: chain.place, cased: chain.isCased };
    }
    case 'text':
      break;
  }
  return null;
}

function networkValue(raw: RawValue, { findings }: Context): Value | null {
  const network = typeof raw.value === 'string' ? parseNetwork(raw.value) : null;
  if (network !== null) return { kind: 'cidr', text: String(raw.value), network };
  findings.error('cidr-invalid', raw.place, `${quote(String(raw.value))} is not a network`);
  return null;
}

function numberValue(raw: RawValue, chain: Chain, { findings }: Context): Value | null {
  const number = numberOf(raw.value);
  if (number === null) return unfit(raw, chain.type === 'time' ? chain.part : chain.op, findings);
  return chain.type === 'time'
    ? { kind: 'time', part: chain.part, op: chain.timeOp, number }
    : { kind: 'compare', op: chain.op, number };
}

function regexValue(raw: RawValue, chain: Chain, { findings, limits }: Context): Value | null {
  if (typeof raw.value !== 'string' && typeof raw.value !== 'number') return unfit(raw, 're', findings);
  const source = placed(textOf(raw), chain.place);
  const fault = chain.expands ? null : regexFault(source, chain.flags, limits.regexStatesMax);
  if (fault === null) return { kind: 'regex', source, flags: chain.flags, expands: chain.expands };
  findings.error(fault.code, raw.place, `${quote(source)}: ${fault.message}`);
  return null;
}

/** `startswith` and `endswith` behind `re` say where the expression matches. */
function placed(source: string, place: Chain['place']): string {
  if (place === 'start') return `^(?:${source})`;
  return place === 'end' ? `(?:${source})$` : source;
}

/** A number that is searched for as text keeps the digits of the file. */
function textOf(raw: RawValue): string {
  return typeof raw.value === 'number' ? raw.source : String(raw.value);
}

function unfit(raw: RawValue, modifier: string, findings: Findings): null {
  findings.error('value-type', raw.place, `${quote(String(raw.value))} does not fit the modifier ${modifier}`);
  return null;
}

/** Values without a modifier that gives them another type: text with wildcards, numbers, booleans, null. */
function textValues(raw: RawValue, chain: Chain, context: Context): readonly Value[] | Value | null {
  if (chain.textModifiers.length === 0 && !chain.isCased) {
    if (raw.value === null) return { kind: 'null' };
    if (typeof raw.value === 'number') return { kind: 'number', number: raw.value };
    if (typeof raw.value === 'boolean') return { kind: 'boolean', boolean: raw.value };
  }
  if (raw.value === null || typeof raw.value === 'boolean')
    return unfit(raw, [...chain.textModifiers, 'cased'][0] ?? '', context.findings);
  let texts: readonly (readonly Token[])[] = [
    chain.textModifiers.includes('expand') ? readPlaceholders(textOf(raw)) : readTokens(textOf(raw)),
  ];
  for (const [index, modifier] of chain.textModifiers.entries()) {
    const around: Surroundings = {
      isBytes: chain.textModifiers.slice(0, index).some((name) => isEncoding(name)),
      isEncodedOn: chain.textModifiers.slice(index + 1).some((name) => isEncoding(name)),
      expansionMax: context.limits.expansionMax,
    };
    const next: (readonly Token[])[] = [];
    for (const tokens of texts) {
      const made = applyText(tokens, modifier, { raw, context, around });
      if (made === null) return null;
      next.push(...made);
    }
    texts = next;
  }
  return texts.map((tokens) => ({ kind: 'text' as const, tokens, cased: chain.isCased }));
}

function isEncoding(name: string): boolean {
  return ENCODINGS.some((encoding) => encoding === name);
}

function applyText(
  tokens: readonly Token[],
  modifier: string,
  { raw, context, around }: { raw: RawValue; context: Context; around: Surroundings },
): readonly (readonly Token[])[] | null {
  switch (modifier) {
    case 'contains':
      return [withStars(tokens, true, true)];
    case 'startswith':
      return [withStars(tokens, false, true)];
    case 'endswith':
      return [withStars(tokens, true, false)];
    case 'windash':
      return [markDashes(tokens)];
    case 'expand':
      return [tokens];
    default: {
      const made = applyEncoding(tokens, modifier as Encoding, around);
      if (typeof made !== 'string') return made;
      context.findings.error(made.startsWith('windash') ? 'value-too-large' : 'value-type', raw.place, made);
      return null;
    }
  }
}

function withStars(tokens: readonly Token[], before: boolean, after: boolean): readonly Token[] {
  const head = before && tokens[0] !== STAR ? [STAR] : [];
  const tail = after && tokens.at(-1) !== STAR ? [STAR] : [];
  return [...head, ...tokens, ...tail];
}

/** A keyword is looked for anywhere in the message. */
function anywhere(value: Value): Value {
  if (value.kind === 'text') return { ...value, tokens: withStars(value.tokens, true, true) };
  if (value.kind !== 'number' && value.kind !== 'boolean') return value;
  const text = String(value.kind === 'number' ? value.number : value.boolean);
  return { kind: 'text', tokens: withStars(readTokens(text), true, true), cased: false };
}
