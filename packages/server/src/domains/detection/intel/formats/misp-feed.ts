import type { IndicatorKind } from '@holdfast/contract';
import { z } from 'zod';
import { UnreadableSource, type ReadFormat } from './entry.ts';
import { Reading, timeOf, type Beside } from './reading.ts';

/** MISP core format, draft-dulaunoy-misp-core-format: attribute types that a gateway can meet. Of `a|b` both or one are meant. */
const TYPES: ReadonlyMap<string, readonly (IndicatorKind | null)[]> = new Map([
  ['ip-src', ['address']],
  ['ip-dst', ['address']],
  ['ip-src|port', ['address', null]],
  ['ip-dst|port', ['address', null]],
  ['domain', ['host']],
  ['hostname', ['host']],
  ['hostname|port', ['host', null]],
  ['domain|ip', ['host', 'address']],
  ['url', ['url']],
  ['md5', ['hash']],
  ['sha1', ['hash']],
  ['sha256', ['hash']],
  ['filename|md5', [null, 'hash']],
  ['filename|sha1', [null, 'hash']],
  ['filename|sha256', [null, 'hash']],
  ['user-agent', ['agent']],
]);
/** The taxonomy `misp:confidence-level`, in its own numbers. */
const CONFIDENCE: ReadonlyMap<string, number> = new Map([
  ['completely-confident', 100],
  ['usually-confident', 75],
  ['fairly-confident', 50],
  ['rarely-confident', 25],
  ['unconfident', 0],
]);

const tags = z.array(z.object({ name: z.string() })).optional();
const attributeSchema = z.object({
  type: z.string(),
  value: z.string(),
  to_ids: z.boolean().optional(),
  deleted: z.boolean().optional(),
  timestamp: z.union([z.string(), z.number()]).optional(),
  first_seen: z.string().nullish(),
  comment: z.string().optional(),
  Tag: tags,
});
type Attribute = z.infer<typeof attributeSchema>;
const attributes = z.array(z.unknown()).optional();
const eventSchema = z.object({
  Event: z.object({
    info: z.string().default(''),
    Tag: tags,
    Attribute: attributes,
    Object: z.array(z.object({ Attribute: attributes })).optional(),
  }),
});
type MispEvent = z.infer<typeof eventSchema>['Event'];

/** The name of one event: what may stand in a path. */
const EVENT_NAME = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/u;
export const MISP_EVENTS_MAX = 5000;

/** The events that a manifest names, newest first. */
export function readManifest(text: string): readonly string[] {
  const read = z
    .record(z.string(), z.object({ timestamp: z.union([z.string(), z.number()]).optional() }))
    .safeParse(parsed(text));
  if (!read.success) throw new UnreadableSource('It is no manifest of a MISP feed.');
  const named = Object.entries(read.data).filter(([name]) => EVENT_NAME.test(name));
  const at = (value: string | number | undefined): number => Number(value ?? 0) || 0;
  return named
    .toSorted(([, left], [, right]) => at(right.timestamp) - at(left.timestamp))
    .slice(0, MISP_EVENTS_MAX)
    .map(([name]) => name);
}

/** One event, or a list of events. What is not meant for detection (`to_ids`) is left out, as the format says. */
export const readMispEvents: ReadFormat = (text) => {
  const document = parsed(text);
  const reading = new Reading();
  for (const one of Array.isArray(document) ? document : [document]) {
    const read = eventSchema.safeParse(one);
    if (!read.success) throw new UnreadableSource('It is no event of MISP.');
    addEvent(reading, read.data.Event);
  }
  return reading.result();
};

function addEvent(reading: Reading, event: MispEvent): void {
  const all = [...(event.Attribute ?? []), ...(event.Object ?? []).flatMap(({ Attribute }) => Attribute ?? [])];
  for (const one of all) {
    const read = attributeSchema.safeParse(one);
    if (read.success) addAttribute(reading, read.data, event);
    else reading.refuse('', 'an attribute that cannot be read');
  }
}

function addAttribute(reading: Reading, attribute: Attribute, { info, Tag: around }: MispEvent): void {
  const kinds = TYPES.get(attribute.type);
  if (kinds === undefined || attribute.deleted === true || attribute.to_ids === false) return;
  const names = [...(attribute.Tag ?? []), ...(around ?? [])].map(({ name }) => name);
  const beside: Beside = {
    confidence: confidenceIn(names),
    firstSeenAt: timeOf(attribute.first_seen ?? attribute.timestamp),
    detail: [info, attribute.comment ?? ''].filter((part) => part !== '').join(': '),
  };
  const parts = kinds.length === 1 ? [attribute.value] : attribute.value.split('|', kinds.length);
  for (const [index, kind] of kinds.entries()) if (kind !== null) reading.add(kind, parts[index] ?? '', beside);
}

function confidenceIn(names: readonly string[]): number | null {
  for (const name of names) {
    const level = /^misp:confidence-level="([a-z-]+)"$/u.exec(name)?.[1];
    const found = level === undefined ? undefined : CONFIDENCE.get(level);
    if (found !== undefined) return found;
  }
  return null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableSource('It is no JSON.');
  }
}
