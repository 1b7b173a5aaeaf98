import type { SchemaReason } from '@holdfast/contract';
import type { Field } from '@holdfast/inspect';
import type { CompiledParameter } from './compile-parameters.ts';
import { emptyRecord, step } from './reading/faults.ts';
import type { Sink, Told } from './violation.ts';
import { coerce, isBlank } from './values/coerce.ts';
import { nameOf, placeInDocument } from './values/report-errors.ts';

/** A name and what it holds, as they stand in an address, a header or a form. */
export type Pair = Pick<Field, 'name' | 'value'>;

const JSON_CHARS_MAX = 65_536;

/** Compares the values of one place of a request with the parameters that it has. */
export function judgeParameter(parameter: CompiledParameter, values: readonly Pair[], sink: Sink): void {
  const { name, isRequired, form } = parameter;
  const found = form === 'object' ? values : values.filter((each) => each.name === name);
  if (found.length === 0) {
    if (isRequired) sink.tell(fault(parameter, 'missing'));
  } else if (form === 'object') compare(parameter, objectOf(parameter, found), sink);
  else if (form === 'list') judgeList(parameter, found, sink);
  else if (found.length > 1) sink.tell(fault(parameter, 'duplicated'));
  else judgeText(parameter, found[0]?.value ?? '', sink);
}

function judgeList(parameter: CompiledParameter, found: readonly Pair[], sink: Sink): void {
  const texts = parameter.divider === null ? found.map(({ value }) => value) : dividedTexts(parameter, found);
  if (texts === null) return sink.tell(fault(parameter, 'duplicated'));
  const outline = parameter.inner ?? parameter.outline;
  compare(
    parameter,
    texts.map((text) => coerce(text, outline)),
    sink,
  );
}

function judgeText(parameter: CompiledParameter, text: string, sink: Sink): void {
  const { isRequired, mayBeEmpty, form, outline } = parameter;
  if (text === '' && mayBeEmpty) return;
  if (form === 'json') return compareJson(parameter, text, sink);
  if (!isBlank(text, outline)) compare(parameter, coerce(text, outline), sink);
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
function dividedTexts({ divider, place }: CompiledParameter, found: readonly Pair[]): readonly string[] | null {
  // RFC 9110 §5.3: fields of one name are one list.
  if (found.length > 1 && place !== 'header') return null;
  const text = found.map(({ value }) => value).join(',');
  const texts = text === '' ? [] : text.split(divider ?? ',');
  return place === 'header' ? texts.map((each) => each.trim()) : texts;
}

function objectOf({ name, members }: CompiledParameter, found: readonly Pair[]): unknown {
  const value = emptyRecord<unknown>();
  for (const each of found) {
    const member = each.name.slice(name.length + 1, -1);
    const outline = members.get(member);
    value[member] = outline === undefined ? each.value : coerce(each.value, outline);
  }
  return value;
}

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

function compare({ place, name, compare: reportsFor, pointer: at }: CompiledParameter, value: unknown, sink: Sink): void {
  for (const report of reportsFor(value)) {
    const pointer = step('', name) + report.pointer;
    const inner = nameOf(report.pointer, value);
    sink.tell({
      location: place,
      pointer,
      // The elements of a list have one name, that of the parameter; members of an object have their own.
      name: inner === '' || Array.isArray(value) ? name : `${name}[${inner.replaceAll('.', '][')}]`,
      reason: report.reason,
      at: placeInDocument(at, report.at),
    });
  }
}
