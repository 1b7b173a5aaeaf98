import { memberOutlines, type Compiling } from './compile-parameters.ts';
import type { CompareValue } from './compile-values.ts';
import { isJson, own, step } from './reading/faults.ts';
import type { UnknownPolicy } from './reading/read-document.ts';
import { bodyKind, bodyKinds, type BodyKind, type KeptBody, type KeptEncoding, type KeptMedia } from './reading/read-bodies.ts';
import { joinedSchemas, outlineOf, type Outline } from './values/types-of.ts';

/** One property of a form. */
export interface CompiledPart {
  readonly form: 'value' | 'file' | 'json';
  readonly isMany: boolean;
  /** What divides the elements of a list under one name; null = each stands under the name again. */
  readonly divider: string | null;
  /** Of the value, or of the elements of a list. */
  readonly outline: Outline;
  /** Of this property alone, for forms that are read while they stream. */
  readonly compare: CompareValue;
}

export interface CompiledMedia {
  readonly kind: BodyKind;
  readonly pointer: string;
  /** Compares the whole; null where nothing is said of it, or where what is not listed is refused. */
  readonly open: CompareValue | null;
  /** The same, and tells names that are not listed; null where they pass. */
  readonly closed: CompareValue | null;
  readonly parts: ReadonlyMap<string, CompiledPart>;
  /** Whether names that are not listed are known to be such. */
  readonly isListed: boolean;
}

export interface CompiledBody {
  readonly isRequired: boolean;
  /** By media type or range, and by what a body of it is read as. */
  readonly media: ReadonlyMap<string, ReadonlyMap<BodyKind, CompiledMedia>>;
}

/** What is compiled depends on what is done with names that are not listed. */
export interface BodyCompiling extends Compiling {
  readonly unknown: UnknownPolicy;
}

export function compileBody(body: KeptBody, pointer: string, compiling: BodyCompiling): CompiledBody {
  const media = new Map<string, ReadonlyMap<BodyKind, CompiledMedia>>();
  for (const [name, each] of Object.entries(body.content)) {
    const at = step(step(pointer, 'content'), name);
    media.set(name, new Map(bodyKinds(name).map((kind) => [kind, compileMedia(each, { kind, pointer: at }, compiling)])));
  }
  return { isRequired: body.required, media };
}

/**
 * What a body of this type is compared with: the narrowest that is listed (OpenAPI 3.1 §4.8.13); null = no such body is taken.
 */
export function mediaFor({ media }: CompiledBody, type: string): CompiledMedia | null {
  const [family = '', suffix = ''] = [type.split('/', 1)[0], /\+[^+/]+$/u.exec(type)?.[0]];
  const ranges = [type, ...(suffix === '' ? [] : [`${family}/*${suffix}`]), `${family}/*`, '*/*'];
  const found = ranges.map((range) => media.get(range)).find((each) => each !== undefined);
  return found?.get(bodyKind(type)) ?? found?.get('other') ?? null;
}

function compileMedia(
  { schema, encoding }: KeptMedia,
  { kind, pointer }: { readonly kind: BodyKind; readonly pointer: string },
  compiling: BodyCompiling,
): CompiledMedia {
  const { compiler, schemas, unknown } = compiling;
  const isForm = kind === 'form' || kind === 'multipart';
  const isCompared = schema !== undefined && kind !== 'other';
  return {
    kind,
    pointer: step(pointer, 'schema'),
    open: isCompared && unknown !== 'refuse' ? compiler.compile(schema, 'open') : null,
    closed: isCompared && unknown !== 'pass' ? compiler.compile(schema, 'closed') : null,
    parts: isCompared && isForm ? compileParts(schema, { encoding: encoding ?? {}, kind }, compiling) : new Map(),
    isListed: isCompared && outlineOf(schema, schemas).names !== null,
  };
}

interface Writing {
  readonly encoding: Readonly<Record<string, KeptEncoding>>;
  readonly kind: BodyKind;
}

function compileParts(schema: unknown, { encoding, kind }: Writing, compiling: Compiling): Map<string, CompiledPart> {
  const { compiler, schemas } = compiling;
  const parts = new Map<string, CompiledPart>();
  for (const [name, { outline, schema: own }] of propertiesOf(schema, schemas)) {
    const items = outline.types.has('array') ? outlineOf(outline.items ?? {}, schemas) : null;
    const written = encoding[name];
    const value = items ?? outline;
    const isJsonText = isDocumentPart(written, value, items !== null || kind === 'multipart');
    parts.set(name, {
      form: value.isFile ? 'file' : isJsonText ? 'json' : 'value',
      isMany: items !== null,
      divider: written?.explode === false ? ',' : null,
      outline: value,
      compare: compiler.compile(own, 'open'),
    });
  }
  return parts;
}

/** OpenAPI 3.1 §4.8.15.1: objects of a multipart form are JSON unless it says otherwise; elsewhere only those of a list can be. */
const isDocumentPart = (written: KeptEncoding | undefined, { types }: Outline, mayBeObject: boolean): boolean =>
  written?.contentType?.includes('json') === true || (mayBeObject && types.has('object'));

function propertiesOf(schema: unknown, schemas: Compiling['schemas']): Map<string, { outline: Outline; schema: unknown }> {
  const outlines = memberOutlines(schema, schemas);
  const made = new Map<string, { outline: Outline; schema: unknown }>();
  for (const [name, outline] of outlines) made.set(name, { outline, schema: schemaOf(schema, name, schemas) ?? {} });
  return made;
}

/** The schema of one property, where it can be compared alone: one of several alternatives cannot. */
function schemaOf(schema: unknown, name: string, schemas: Compiling['schemas']): unknown {
  for (const part of joinedSchemas(schema, schemas)) {
    if (part === null || own(part, 'anyOf') !== undefined || own(part, 'oneOf') !== undefined) return undefined;
    const properties = own(part, 'properties');
    const found = isJson(properties) ? own(properties, name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
