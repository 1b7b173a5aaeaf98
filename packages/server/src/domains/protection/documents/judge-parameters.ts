import type { SchemaReason } from '@holdfast/contract';
import type { Field } from '@holdfast/inspect';
import type { CompiledParameter } from './compile-parameters.ts';
import { emptyRecord, step } from './reading/faults.ts';
import type { Sink, Told } from './violation.ts';
import { coerce, isBlank } from './values/coerce.ts';
import { nameOf, placeInDocument, type ValueReport } from './values/report-errors.ts';
import type { Outline } from './values/types-of.ts';
import { membersOf, withoutPrefix, type Writing } from './values/writing.ts';

/** A name and what it holds, as they stand in an address, a header or a form. */
export type Pair = Pick<Field, 'name' | 'value'>;

const JSON_CHARS_MAX = 65_536;

/** Compares the values of one place of a request with a parameter that it has; `found` are those that are meant for it. */
export function judgeParameter(parameter: CompiledParameter, found: readonly Pair[], sink: Sink): void {
  const { isRequired, writing } = parameter;
  if (found.length === 0) {
    if (isRequired) sink.tell(fault(parameter, 'missing'));
  } else if (parameter.compare === null) return;
  else if (writing.form === 'deep' || writing.form === 'spread') judgeMembers(parameter, found, sink);
  else if (writing.form === 'list') judgeList(parameter, { writing, found }, sink);
  else if (found.length > 1) sink.tell(fault(parameter, 'duplicated'));
  else judgeText(parameter, found[0]?.value ?? '', sink);
}

interface ListFound {
  readonly writing: Extract<Writing, { form: 'list' }>;
  readonly found: readonly Pair[];
}

function judgeList(parameter: CompiledParameter, { writing, found }: ListFound, sink: Sink): void {
  const texts = writing.divider === null ? found.map(({ value }) => value) : dividedTexts(parameter, { writing, found });
  if (typeof texts === 'string') return sink.tell(fault(parameter, texts));
  const list = texts.map((text) => coerce(text, parameter.inner ?? parameter.outline));
  const [only] = found;
  // What may be a list or a single value is the one that fits.
  const isEither = found.length === 1 && only !== undefined && parameter.outline.types.size > 1;
  const single = isEither ? coerce(only.value, parameter.outline) : null;
  if (isEither && reportsOf(parameter, list).length > 0 && reportsOf(parameter, single).length === 0) return;
  compare(parameter, list, sink);
}

function judgeText(parameter: CompiledParameter, text: string, sink: Sink): void {
  const { isRequired, mayBeEmpty, writing, outline } = parameter;
  if (text === '' && mayBeEmpty) return;
  if (writing.form === 'json') return compareJson(parameter, text, sink);
  const rest = 'prefix' in writing ? withoutPrefix(text, writing.prefix) : text;
  if (rest === null) sink.tell(fault(parameter, 'type'));
  else if (writing.form === 'object') judgeObjectText(parameter, { writing, text: rest }, sink);
  else if (!isBlank(rest, outline)) compare(parameter, coerce(rest, outline), sink);
  else if (isRequired) sink.tell(fault(parameter, 'empty'));
}

const fault = ({ place, name, pointer }: CompiledParameter, reason: SchemaReason): Told => ({
  location: place,
  pointer: step('', name),
  name,
  reason,
  at: pointer,
});

/** One text stands for all elements; a second one under the same name is a second reading. */
function dividedTexts({ place }: CompiledParameter, { writing, found }: ListFound): readonly string[] | 'duplicated' | 'type' {
  // RFC 9110 §5.3: fields of one name are one list.
  if (found.length > 1 && place !== 'header') return 'duplicated';
  const whole = found.map(({ value }) => value).join(',');
  const text = withoutPrefix(whole, writing.prefix);
  if (text === null) return 'type';
  const texts = text === '' ? [] : text.split(dividerIn(text, writing));
  return place === 'header' ? texts.map((each) => each.trim()) : texts;
}

/** `.a.b` and `.a,b`: OpenAPI 3.0 and RFC 6570 write the same list in two ways. */
const dividerIn = (text: string, { prefix, divider }: ListFound['writing']): string =>
  prefix === '.' && divider === ',' && !text.includes(',') ? '.' : (divider ?? ',');

function judgeObjectText(
  parameter: CompiledParameter,
  { writing, text }: { readonly writing: Extract<Writing, { form: 'object' }>; readonly text: string },
  sink: Sink,
): void {
  const members = membersOf(text, writing);
  if (members === null) return sink.tell(fault(parameter, 'type'));
  const value = emptyRecord<unknown>();
  for (const [name, each] of members) value[name] = memberValue(parameter.members.get(name), [each]);
  compare(parameter, value, sink);
}

/** Members that stand under names of their own. */
function judgeMembers(parameter: CompiledParameter, found: readonly Pair[], sink: Sink): void {
  const { name, members, writing } = parameter;
  const byName = new Map<string, string[]>();
  for (const each of found) {
    const member = writing.form === 'deep' ? each.name.slice(name.length + 1, -1) : each.name;
    byName.set(member, [...(byName.get(member) ?? []), each.value]);
  }
  const value = emptyRecord<unknown>();
  for (const [member, texts] of byName) {
    const outline = members.get(member);
    const isDeep = writing.form === 'deep';
    const place = isDeep
      ? { pointer: step(step('', name), member), name: `${name}[${member}]` }
      : { pointer: step('', member), name: member };
    if (texts.length > 1 && outline?.types.has('array') !== true) sink.tell({ ...fault(parameter, 'duplicated'), ...place });
    else if (outline === undefined || !isBlank(texts[0] ?? '', outline)) value[member] = memberValue(outline, texts);
  }
  compare(parameter, value, sink);
}

function memberValue(outline: Outline | undefined, texts: readonly string[]): unknown {
  const [first = ''] = texts;
  if (outline === undefined) return first;
  if (!outline.types.has('array')) return coerce(first, outline);
  const items = typesWithin(outline);
  return texts.map((text) => coerce(text, items));
}

/** The elements of a list within an object: what their schema says outright. */
const typesWithin = ({ items }: Outline): Outline => {
  const type: unknown = typeof items === 'object' && items !== null && 'type' in items ? items.type : null;
  const types = (Array.isArray(type) ? (type as unknown[]) : [type]).filter((each) => typeof each === 'string');
  return { types: new Set(types), names: null, isOpen: true, isFile: false, items: undefined };
};

function compareJson(parameter: CompiledParameter, text: string, sink: Sink): void {
  const value = text.length > JSON_CHARS_MAX ? undefined : parseJson(text);
  if (value === undefined) sink.tell(fault(parameter, 'type'));
  else compare(parameter, value, sink);
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const reportsOf = ({ compare: reportsFor }: CompiledParameter, value: unknown): readonly ValueReport[] =>
  reportsFor?.(value) ?? [];

function compare(parameter: CompiledParameter, value: unknown, sink: Sink): void {
  const { place, name, writing, pointer: at } = parameter;
  for (const report of reportsOf(parameter, value)) {
    const inner = nameOf(report.pointer, value);
    const isSpread = writing.form === 'spread' && report.pointer !== '';
    // The elements of a list have one name, that of the parameter; members of an object have their own.
    const within = inner === '' || Array.isArray(value) ? name : `${name}[${inner.replaceAll('.', '][')}]`;
    sink.tell({
      location: place,
      pointer: isSpread ? report.pointer : step('', name) + report.pointer,
      name: isSpread ? inner.replaceAll('.*', '') : within,
      reason: report.reason,
      at: placeInDocument(at, report.at),
    });
  }
}
