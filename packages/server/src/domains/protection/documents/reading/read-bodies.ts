import { emptyRecord, isJson, own, step } from './faults.ts';
import type { Part } from './references.ts';
import { translateSchema, type Translating } from './translate-schema.ts';

/** What a body is taken for, by its media type. */
export type BodyKind = 'json' | 'form' | 'multipart' | 'other';

/** How one property of a form is written. */
export interface KeptEncoding {
  readonly explode?: boolean;
  readonly contentType?: string;
}
export interface KeptMedia {
  readonly schema?: unknown;
  readonly encoding?: Readonly<Record<string, KeptEncoding>>;
}
export interface KeptBody {
  readonly required: boolean;
  readonly content: Readonly<Record<string, KeptMedia>>;
}

const MEDIA_MAX = 16;
const TOKEN = '[a-z0-9!#$&^_.+-]{1,127}';
/** With ranges, and those of a structured syntax that many frameworks write (`application/*+json`). */
const MEDIA_TYPE = new RegExp(`^(?:\\*/\\*|${TOKEN}/(?:\\*(?:\\+${TOKEN})?|${TOKEN}))$`, 'u');

/** Media types as they are read by the decoder of the inspection package: this step must not take one for another kind. */
export function bodyKind(media: string): BodyKind {
  if (media === 'application/json' || media === 'text/json' || media.endsWith('+json')) return 'json';
  if (media === 'application/x-www-form-urlencoded') return 'form';
  return media === 'multipart/form-data' ? 'multipart' : 'other';
}

/** What a listed media type may stand for; one that is a range, for several. */
export function bodyKinds(media: string): readonly BodyKind[] {
  if (media === '*/*') return ['json', 'form', 'multipart', 'other'];
  if (media === 'application/*') return ['json', 'form', 'other'];
  if (media === 'multipart/*') return ['multipart', 'other'];
  return media === 'text/*' ? ['json', 'other'] : [bodyKind(media)];
}

export function readBody(part: Part, translating: Translating): KeptBody | null {
  if (part.value === undefined) return null;
  const { findings } = translating.references;
  const followed = translating.references.follow(part);
  if (followed === null) return null;
  const { value, pointer } = followed;
  const content = isJson(value) ? own(value, 'content') : undefined;
  if (!isJson(value) || !isJson(content) || Object.keys(content).length > MEDIA_MAX) {
    findings.fault(pointer, `must have content by media type, at most ${MEDIA_MAX} of them`);
    return null;
  }
  const kept = emptyRecord<KeptMedia>();
  for (const [name, raw] of Object.entries(content)) {
    const at = step(step(pointer, 'content'), name);
    const media = name.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (!MEDIA_TYPE.test(media)) findings.fault(at, 'must be a media type');
    else {
      const read = readMedia({ value: raw, pointer: at }, bodyKinds(media), translating);
      const held = kept[media];
      kept[media] = held === undefined ? read : either(held, read);
    }
  }
  return { required: own(value, 'required') === true, content: kept };
}

/** Types that only differ in their parameters: which of them a request means is not read. */
function either(one: KeptMedia, other: KeptMedia): KeptMedia {
  return one.schema === undefined || other.schema === undefined ? {} : { ...one, schema: { anyOf: [one.schema, other.schema] } };
}

function readMedia({ value, pointer }: Part, kinds: readonly BodyKind[], translating: Translating): KeptMedia {
  const { findings } = translating.references;
  const media = isJson(value) ? value : {};
  if (!isJson(value)) findings.fault(pointer, 'must be an object');
  const schema = own(media, 'schema');
  if (kinds.length === 1 && kinds[0] === 'other') {
    if (schema !== undefined) findings.note(pointer, 'is let in as it is: nothing within it is checked');
    return {};
  }
  if (kinds.includes('other') && schema !== undefined)
    findings.note(pointer, 'is checked in JSON and in forms only: other kinds are let in as they are');
  if (schema === undefined) return {};
  const translated = translateSchema({ value: schema, pointer: step(pointer, 'schema') }, translating);
  const encoding = readEncoding({ value: own(media, 'encoding'), pointer: step(pointer, 'encoding') }, translating);
  return { schema: translated, ...(encoding === null ? {} : { encoding }) };
}

function readEncoding({ value, pointer }: Part, { references: { findings } }: Translating): Record<string, KeptEncoding> | null {
  if (value === undefined) return null;
  if (!isJson(value)) {
    findings.fault(pointer, 'must be an object');
    return null;
  }
  const kept = emptyRecord<KeptEncoding>();
  for (const [name, raw] of Object.entries(value)) {
    const at = step(pointer, name);
    const style = isJson(raw) ? own(raw, 'style') : null;
    if (!isJson(raw) || (style !== undefined && style !== 'form')) {
      findings.unchecked(at, 'must be an object with style form, or none');
      continue;
    }
    const [explode, type] = [own(raw, 'explode'), own(raw, 'contentType')];
    kept[name] = {
      ...(typeof explode === 'boolean' ? { explode } : {}),
      ...(typeof type === 'string' ? { contentType: type.slice(0, 256) } : {}),
    };
  }
  return kept;
}
