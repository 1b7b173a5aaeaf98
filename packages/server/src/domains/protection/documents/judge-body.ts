import type { SchemaLocation, SchemaReason } from '@holdfast/contract';
import { mediaFor, type CompiledBody, type CompiledMedia, type CompiledPart } from './compile-bodies.ts';
import type { CompareValue } from './compile-values.ts';
import { parseJson, type Pair } from './judge-parameters.ts';
import { emptyRecord, step } from './reading/faults.ts';
import type { UnknownPolicy } from './reading/read-document.ts';
import { coerce, isBlank } from './values/coerce.ts';
import { nameOf, placeInDocument, type ValueReport } from './values/report-errors.ts';
import type { Sink } from './violation.ts';

/** A body as the gateway has it. */
export interface JudgedBody {
  /** Media type without parameters, lower case; empty when none was told. */
  readonly media: string;
  /** Parts of a form; files without what is in them. */
  readonly parts: readonly (Pair & { readonly isFile: boolean })[];
  /** The text of a JSON document. */
  readonly text: () => string | null;
  /** Not all of it is here: nothing is missed. */
  readonly isPart: boolean;
}

export interface BodyContext {
  readonly body: CompiledBody | null;
  readonly unknown: UnknownPolicy;
  readonly pointer: string;
}

/** Compares a body with what its operation takes. */
export function judgeBody(judged: JudgedBody | null, { body, unknown, pointer }: BodyContext, sink: Sink): void {
  if (judged === null) {
    if (body?.isRequired === true) sink.tell({ location: homeOf(body), pointer: '', name: '', reason: 'missing', at: pointer });
    return;
  }
  const media = body === null ? null : mediaFor(body, judged.media);
  if (media === null) {
    const action = body === null && unknown !== 'refuse' ? 'record' : 'refuse';
    if (body === null && unknown === 'pass') return;
    sink.tell({ location: 'header', pointer: '', name: 'content-type', reason: 'content', at: pointer, action });
    return;
  }
  if (media.open === null && media.closed === null) return;
  if (media.kind === 'json') return judgeDocument(judged, { media, unknown }, sink);
  judgeForm(judged, { media, unknown }, sink);
}

const HOMES: Readonly<Record<CompiledMedia['kind'], SchemaLocation>> = {
  json: 'json',
  form: 'form',
  multipart: 'multipart',
  other: 'text',
};

function homeOf({ media }: CompiledBody): SchemaLocation {
  const [first] = media.values();
  const [kind] = first?.keys() ?? [];
  return HOMES[kind ?? 'other'];
}

interface Comparing {
  readonly media: CompiledMedia;
  readonly unknown: UnknownPolicy;
  /** Pointers of what was there and left blank: it is not missing. */
  readonly blank?: ReadonlySet<string>;
}

function judgeDocument(judged: JudgedBody, comparing: Comparing, sink: Sink): void {
  const text = judged.text();
  const value = text === null ? undefined : parseJson(text);
  if (value === undefined) sink.tell({ location: 'json', pointer: '', name: '', reason: 'type', at: comparing.media.pointer });
  else compareWhole(value, comparing, sink);
}

/** Names that are not listed are told by the closed form; under `record` they alone are recorded. */
function compareWhole(value: unknown, { media, unknown, blank = NONE }: Comparing, sink: Sink): void {
  const { open, closed } = media;
  const first = unknown === 'refuse' ? closed : open;
  if (first !== null) tellAll({ value, media, blank, compare: first }, 'refuse', sink);
  if (unknown === 'record' && closed !== null) tellAll({ value, media, blank, compare: closed }, 'record', sink);
}

const NONE: ReadonlySet<string> = new Set();

interface Compared {
  readonly value: unknown;
  readonly media: CompiledMedia;
  readonly blank: ReadonlySet<string>;
  readonly compare: CompareValue;
}

function tellAll({ value, media, blank, compare }: Compared, action: 'refuse' | 'record', sink: Sink): void {
  for (const report of compare(value)) {
    const name = nameOf(report.pointer, value);
    const own = media.kind === 'json' ? name : name.replace(/\.\*(?=\.|$)/gu, '');
    const reason = report.reason === 'missing' && blank.has(report.pointer) ? 'empty' : report.reason;
    sink.tell({ location: HOMES[media.kind], pointer: report.pointer, name: own, reason, at: placeOf(media, report), action });
  }
}

const placeOf = ({ pointer }: CompiledMedia, { at }: Pick<ValueReport, 'at'>): string => placeInDocument(pointer, at);

type Parts = JudgedBody['parts'];

function judgeForm(judged: JudgedBody, comparing: Comparing, sink: Sink): void {
  const { media } = comparing;
  const value = emptyRecord<unknown>();
  const blank = new Set<string>();
  for (const [name, found] of groupParts(judged.parts)) {
    const part = media.parts.get(name);
    const pointer = step('', name);
    if (part === undefined) {
      value[name] = found[0]?.value ?? '';
      if (judged.isPart) tellUnknown(name, comparing, sink);
      continue;
    }
    const read = readPart(part, found);
    if ('reason' in read) sink.tell({ location: HOMES[media.kind], pointer, name, reason: read.reason, at: media.pointer });
    else if ('isAbsent' in read) blank.add(pointer);
    else {
      value[name] = read.value;
      if (judged.isPart) comparePart(name, { part, value: read.value, media }, sink);
    }
  }
  if (!judged.isPart) compareWhole(value, { ...comparing, blank }, sink);
}

function groupParts(parts: Parts): Map<string, Parts[number][]> {
  const byName = new Map<string, Parts[number][]>();
  for (const part of parts) {
    const held = byName.get(part.name);
    if (held === undefined) byName.set(part.name, [part]);
    else held.push(part);
  }
  return byName;
}

/** Of a form that streams; one that is here whole tells its own. */
function tellUnknown(name: string, { media, unknown }: Comparing, sink: Sink): void {
  if (!media.isListed || unknown === 'pass') return;
  const place = { location: HOMES[media.kind], pointer: step('', name), name };
  sink.tell({ ...place, reason: 'unknown', at: media.pointer, action: unknown });
}

function comparePart(
  name: string,
  { part, value, media }: { readonly part: CompiledPart; readonly value: unknown; readonly media: CompiledMedia },
  sink: Sink,
): void {
  for (const report of part.compare(value)) {
    const pointer = step('', name) + report.pointer;
    sink.tell({ location: HOMES[media.kind], pointer, name, reason: report.reason, at: placeOf(media, report) });
  }
}

type PartReading = { readonly value: unknown } | { readonly reason: SchemaReason } | { readonly isAbsent: true };

function readPart(part: CompiledPart, found: Parts): PartReading {
  const isFile = part.form === 'file';
  // A browser sends a file input that was left blank as a file without a name, or as nothing at all.
  if (isFile && found.every(({ value }) => value === '')) return { isAbsent: true };
  // A file where a text belongs, or a text where a file does: applications read the two by different ways.
  if (found.some((each) => each.isFile !== isFile)) return { reason: 'type' };
  if (found.length > 1 && (!part.isMany || part.divider !== null)) return { reason: 'duplicated' };
  return part.isMany ? readMany(part, found) : readOne(part, found[0]?.value ?? '');
}

function readMany(part: CompiledPart, found: Parts): PartReading {
  const texts = part.divider === null ? found.map(({ value }) => value) : (found[0]?.value ?? '').split(part.divider);
  const values: unknown[] = [];
  for (const text of texts) {
    const read = readOne(part, text);
    if ('reason' in read) return read;
    values.push('value' in read ? read.value : text);
  }
  return { value: values };
}

function readOne({ form, outline }: CompiledPart, text: string): PartReading {
  if (form === 'file') return { value: '' };
  if (form === 'json') {
    const value = parseJson(text);
    return value === undefined ? { reason: 'type' } : { value };
  }
  return isBlank(text, outline) ? { isAbsent: true } : { value: coerce(text, outline) };
}
