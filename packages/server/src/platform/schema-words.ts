import type { z } from 'zod';

const KINDS = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
]);
const UNITS = new Map([
  ['string', 'characters'],
  ['array', 'entries'],
  ['record', 'entries'],
]);
/** How the schema library begins what nobody wrote words for; they name its types, and sometimes a pattern. */
const UNWRITTEN = /^(?:Too (?:small|big): |Invalid (?:input|option|string|discriminator value)\b)/u;

const DISCRIMINATOR = 'Invalid discriminator value. Expected ';

type Issue = z.core.$ZodIssue;
type Of<Code extends Issue['code']> = Extract<Issue, { code: Code }>;

/** What a person who typed it can mend it by. Words that a schema brings itself are kept as they are. */
export function wordsOf(issue: Issue): string {
  const { message } = issue;
  if (!UNWRITTEN.test(message)) return message;
  if (message.startsWith(DISCRIMINATOR)) return oneOf(message.slice(DISCRIMINATOR.length).replaceAll("'", '').split(' | '));
  if (issue.code === 'invalid_type') return kindOf(issue);
  if (issue.code === 'too_small') return bounded(issue.origin, `${sayFloor(issue)} ${issue.minimum}`);
  if (issue.code === 'too_big') return bounded(issue.origin, `${sayCeiling(issue)} ${issue.maximum}`);
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String));
  if (issue.code === 'invalid_format') return formOf(issue);
  return issue.code === 'invalid_union' ? 'fits none of the forms that it may have' : message;
}

const sayFloor = ({ inclusive }: Of<'too_small'>): string => (inclusive === false ? 'more than' : 'at least');
const sayCeiling = ({ inclusive }: Of<'too_big'>): string => (inclusive === false ? 'less than' : 'at most');

const kindOf = ({ message, expected }: Of<'invalid_type'>): string =>
  message.endsWith('received undefined') ? 'is missing' : `must be ${KINDS.get(expected) ?? expected}`;

/** What a pattern is made of helps nobody who typed. */
const formOf = ({ format, message }: Of<'invalid_format'>): string =>
  format === 'regex' ? 'is not written as it has to be' : message.replace('Invalid string: ', '');

const oneOf = (values: readonly string[]): string => `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`;

function bounded(origin: string, bound: string): string {
  const unit = UNITS.get(origin);
  return unit === undefined ? `must be ${bound}` : `must have ${bound} ${unit}`;
}
