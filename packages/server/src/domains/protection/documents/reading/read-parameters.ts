import { isJson, own, step, type Json } from './faults.ts';
import { bodyKind } from './read-bodies.ts';
import type { Part } from './references.ts';
import { translateSchema, type Translating } from './translate-schema.ts';

/** How one text stands for a list or an object (OpenAPI 3.1 §4.8.12.3). */
export type ParameterStyle = 'simple' | 'label' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject';
const PLACES = ['path', 'query', 'header', 'cookie'] as const;
export type ParameterPlace = (typeof PLACES)[number];

/** A parameter as it is kept. */
export interface KeptParameter {
  readonly in: ParameterPlace;
  readonly name: string;
  readonly required: boolean;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowEmptyValue?: true;
  /** Its name is listed; how its text stands for a value is not read. */
  readonly 'x-holdfast-unchecked'?: true;
  readonly schema?: unknown;
  /** The value is a JSON document of its own. */
  readonly content?: { readonly 'application/json': { readonly schema: unknown } };
}

/** Not `matrix`: a path with `;` in it is read in several ways, and refused before anything is compared. */
const STYLES: Readonly<Record<ParameterPlace, readonly ParameterStyle[]>> = {
  path: ['simple', 'label'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form'],
};
/** OpenAPI 3.1 §4.8.12.2: these are described elsewhere in a document. */
const OTHER_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization']);
const NAME_CHARS_MAX = 128;
const PARAMETERS_MAX = 128;

/** The parameters of an operation and of its path; those of the operation win (OpenAPI 3.1 §4.8.9). */
export function readParameters(lists: readonly Part[], translating: Translating): KeptParameter[] {
  const { findings } = translating.references;
  const kept = new Map<string, KeptParameter>();
  for (const { value, pointer } of lists) {
    if (value === undefined) continue;
    if (!Array.isArray(value) || value.length > PARAMETERS_MAX) {
      findings.fault(pointer, `must be a list of at most ${PARAMETERS_MAX} parameters`);
      continue;
    }
    for (const [index, raw] of value.entries()) {
      const part = translating.references.follow({ value: raw, pointer: step(pointer, index) });
      const parameter = part === null ? null : readParameter(part, translating);
      if (parameter !== null) kept.set(`${parameter.in} ${parameter.name}`, parameter);
    }
  }
  return [...kept.values()];
}

function readParameter({ value, pointer }: Part, translating: Translating): KeptParameter | null {
  const { findings } = translating.references;
  const place = PLACES.find((known) => isJson(value) && own(value, 'in') === known);
  const name = isJson(value) ? own(value, 'name') : undefined;
  if (!isJson(value) || place === undefined || typeof name !== 'string' || name === '' || name.length > NAME_CHARS_MAX) {
    findings.fault(pointer, `must have a name of at most ${NAME_CHARS_MAX} characters, and in: ${PLACES.join(', ')}`);
    return null;
  }
  const head = readHead(value, place, name);
  if (place === 'header' && OTHER_HEADERS.has(head.name)) return null;
  const content = own(value, 'content');
  if (own(value, UNCHECKED) === true) return unchecked(head);
  if (content !== undefined) return readContent({ value: content, pointer: step(pointer, 'content') }, head, translating);
  const schema = translateSchema({ value: own(value, 'schema') ?? {}, pointer: step(pointer, 'schema') }, translating);
  const style = readStyle({ value, pointer }, place, translating);
  return style === null ? unchecked(head) : { ...head, ...style, schema };
}

function readHead(value: Json, place: ParameterPlace, name: string): Head {
  return {
    in: place,
    name: place === 'header' ? name.toLowerCase() : name,
    required: place === 'path' || own(value, 'required') === true,
    ...(place === 'query' && own(value, 'allowEmptyValue') === true ? { allowEmptyValue: true as const } : {}),
  };
}

const UNCHECKED = 'x-holdfast-unchecked';
const unchecked = (head: Head): KeptParameter => ({
  ...head,
  style: STYLES[head.in][0] ?? 'simple',
  explode: false,
  [UNCHECKED]: true,
});

type Head = Pick<KeptParameter, 'in' | 'name' | 'required' | 'allowEmptyValue'>;

function readContent({ value, pointer }: Part, head: Head, translating: Translating): KeptParameter | null {
  const [name, media] = Object.entries(isJson(value) ? value : {})[0] ?? [];
  if (name === undefined || !isJson(media)) {
    translating.references.findings.fault(pointer, 'must have one media type');
    return null;
  }
  if (bodyKind(name.split(';', 1)[0]?.trim().toLowerCase() ?? '') !== 'json') {
    translating.references.findings.unchecked(pointer, 'must be application/json: no other kind of parameter is read');
    return unchecked(head);
  }
  const at = step(step(pointer, name), 'schema');
  const schema = translateSchema({ value: own(media, 'schema') ?? {}, pointer: at }, translating);
  const style = STYLES[head.in][0] ?? 'simple';
  return { ...head, style, explode: false, content: { 'application/json': { schema } } };
}

function readStyle(
  { value, pointer }: { readonly value: Json; readonly pointer: string },
  place: ParameterPlace,
  { references: { findings } }: Translating,
): Pick<KeptParameter, 'style' | 'explode'> | null {
  const wanted = own(value, 'style') ?? STYLES[place][0];
  const style = STYLES[place].find((known) => known === wanted);
  if (style === undefined) {
    findings.unchecked(step(pointer, 'style'), `must be one of ${STYLES[place].join(', ')} in ${place}`);
    return null;
  }
  const explode = own(value, 'explode') ?? (style === 'form' || style === 'deepObject');
  if (typeof explode !== 'boolean') findings.fault(step(pointer, 'explode'), 'must be true or false');
  return { style, explode: explode === true };
}
