import { isQuotedCode } from '../code/prose.ts';
import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { type Format, FORMATS } from './formats.ts';
import { findGadget, GADGET_PACKAGE } from './gadgets.ts';

const GADGET_CONFIDENCE = 0.93;
/** One word without its package may be a search for documentation. */
const BARE_GADGET_CONFIDENCE = 0.6;
const QUOTED_CONFIDENCE = 0.4;
const TYPE_CONFIDENCE = 0.94;
/** Names that make jsonpickle call what stands below them. */
const PICKLED_CALL = /(?:^|[.[\]])py\/(?:reduce|function|repr|newargs(?:ex)?)(?:$|[.[\]])/;
/** The classes by which it reaches the system. */
const PICKLED_TYPE = /(?:^|[.[\]])py\/(?:object|type)$/;
const SYSTEM_MODULE = /^(?:os|posix|nt|subprocess|builtins|__builtin__|commands|sys|pty|socket)\.\w/;
/** Names under which data readers look for the class to make. */
const TYPE_KEY = /(?:^|[./[\]])(?:@type|@class|\$type|__type|_class|\^o|javaClass|className|beanClass)\]?$/;
const PACKAGE_LENGTH_MAX = 256;

/** Looks for objects in the forms that data readers turn back into objects, and for the classes attackers ask for (CWE-502). */
export function detectDeserialisation({ value, traits, name, part, location }: DetectInput): readonly Evidence[] {
  const found: Evidence[] = [];
  for (const format of FORMATS) {
    const evidence = value.includes(format.hint) ? judgeFormat(value, format) : undefined;
    if (evidence !== undefined) found.push(evidence);
  }
  const type = judgeType(value, name, part);
  if (type !== undefined)
    found.push({ rule: 'deserialisation.gadget', confidence: TYPE_CONFIDENCE, span: [0, value.length], why: type });
  if (hasAny(traits, TRAIT.dot | TRAIT.angle | TRAIT.doubleQuote | TRAIT.quote | TRAIT.paren) && location !== 'path') {
    const evidence = judgeGadget(value);
    if (evidence !== undefined) found.push(evidence);
  }
  return found;
}

/** What a data reader is asked to make by a name and its value, in words. */
function judgeType(value: string, name: string, part: 'name' | 'value'): string | undefined {
  if (part === 'name') return PICKLED_CALL.test(value) ? 'a key of jsonpickle that calls what it names' : undefined;
  if (value.length > PACKAGE_LENGTH_MAX) return undefined;
  const isType = TYPE_KEY.test(name) && GADGET_PACKAGE.test(value);
  const isPickled = PICKLED_TYPE.test(name) && SYSTEM_MODULE.test(value);
  return isType || isPickled ? `the type asked for is ${value.slice(0, 64)}` : undefined;
}

function judgeFormat(value: string, { rule, shape, confidence, quoted, why }: Format): Evidence | undefined {
  const match = shape.exec(value);
  if (match === null) return undefined;
  const span = [match.index, match.index + match[0].length] as const;
  const isQuoted = quoted < confidence && isQuotedCode(value, span);
  return { rule, confidence: isQuoted ? quoted : confidence, span, why };
}

function judgeGadget(value: string): Evidence | undefined {
  const gadget = findGadget(value);
  if (gadget === undefined) return undefined;
  const { name, span, isQualified } = gadget;
  // Stack traces and questions about them name these classes too.
  const isQuoted = isQuotedCode(value, span) || /\bat\s{1,4}[\w.$]{3,200}\(/.test(value);
  const confidence = isQuoted ? QUOTED_CONFIDENCE : isQualified ? GADGET_CONFIDENCE : BARE_GADGET_CONFIDENCE;
  return { rule: 'deserialisation.gadget', confidence, span, why: `${name} runs code or connects elsewhere when it is made` };
}

export const deserialisation: Detector = {
  group: 'deserialisation',
  needs: TRAIT.letter,
  detect: detectDeserialisation,
};
