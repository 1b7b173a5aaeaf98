import { emptyRecord, isJson, own, step, type Json } from './faults.ts';
import type { Part, References } from './references.ts';

const PREFIX = '#/components/schemas/';
const NAME = /^[A-Za-z0-9._-]{1,128}$/u;
const ALTERNATIVES_MAX = 200;

/** Value of the property that chooses -> the schema, as a reference that is kept. */
type Choices = ReadonlyMap<string, string>;

interface Discriminator {
  readonly property: string;
  /** Value -> reference, as the document writes it. */
  readonly mapping: ReadonlyMap<string, string>;
}

/** OpenAPI 3.1 §4.8.25: the property that says which schema is meant; null = there is none that can be read. */
export function discriminatorOf(schema: Json): Discriminator | null {
  const said = own(schema, 'discriminator');
  const property = isJson(said) ? own(said, 'propertyName') : undefined;
  if (!isJson(said) || typeof property !== 'string' || property === '') return null;
  const mapping = new Map<string, string>();
  const written = own(said, 'mapping');
  for (const [value, target] of Object.entries(isJson(written) ? written : {})) {
    if (typeof target !== 'string') continue;
    mapping.set(value, NAME.test(target) ? PREFIX + target : target);
  }
  return { property, mapping };
}

/**
 * `oneOf` and `anyOf` of objects that JSON Schema cannot tell from each other fit several of them, and honest requests would be
 * refused: where the property has a known value, that schema counts and no other. Otherwise all of them count, as if there were none.
 */
export function chooseBranch(schema: Json, made: Record<string, unknown>, references: References): void {
  const discriminator = discriminatorOf(schema);
  const joint = own(schema, 'oneOf') === undefined ? 'anyOf' : 'oneOf';
  const [raw, kept] = [own(schema, joint), made[joint]];
  if (discriminator === null || !Array.isArray(raw) || !Array.isArray(kept)) return;
  const choices = new Map<string, string>();
  for (const [index, branch] of (raw as unknown[]).entries()) {
    const found = isJson(branch) ? references.peek(own(branch, '$ref')) : null;
    const reference = isJson(kept[index]) ? own(kept[index], '$ref') : undefined;
    if (found === null || typeof reference !== 'string') continue;
    for (const value of namesFor(found, discriminator, references)) choices.set(value, reference);
  }
  if (choices.size === 0 || choices.size > ALTERNATIVES_MAX) return;
  const others = made[joint];
  delete made[joint];
  const before = Array.isArray(made['allOf']) ? (made['allOf'] as unknown[]) : [];
  made['allOf'] = [...before, choosing(discriminator.property, choices, { [joint]: others })];
}

/** A schema and those that extend it: the one that the property names, and at least the one that was referred to. */
export function readFamily(part: Part, heirs: readonly Part[], references: References): Record<string, unknown> {
  const made = emptyRecord<unknown>();
  const parent = references.keep(part, part.pointer);
  const discriminator = isJson(part.value) ? discriminatorOf(part.value) : null;
  made['allOf'] = parent === null ? [] : [{ $ref: parent }];
  if (discriminator === null || parent === null) return made;
  const choices = new Map<string, string>();
  for (const heir of heirs.slice(0, ALTERNATIVES_MAX)) {
    const isFamily = references.heirsOf(heir).length > 0;
    const reference = references.keep(heir, heir.pointer, isFamily);
    for (const value of namesFor(heir, discriminator, references)) if (reference !== null) choices.set(value, reference);
  }
  if (choices.size > 0) made['allOf'] = [{ $ref: parent }, choosing(discriminator.property, choices, true)];
  return made;
}

/** The name of the component, and what the mapping says beside it. */
function namesFor({ pointer }: Part, { mapping }: Discriminator, references: References): readonly string[] {
  const mapped = [...mapping].flatMap(([value, target]) => (references.peek(target)?.pointer === pointer ? [value] : []));
  const isTaken = (name: string): boolean => mapping.has(name) && !mapped.includes(name);
  const at = step('/components/schemas', '');
  const own = pointer.startsWith(at) ? pointer.slice(at.length) : '';
  return own === '' || isTaken(own) ? mapped : [...new Set([...mapped, own])];
}

function choosing(property: string, choices: Choices, otherwise: unknown): Json {
  const is = (values: readonly string[]) => ({ properties: { [property]: { enum: values } } });
  const branches = [...choices].map(([value, reference]) => withThen(is([value]), { $ref: reference }));
  const known = { type: 'object', required: [property], ...is([...choices.keys()]) };
  return { ...withThen(known, { allOf: branches }), else: otherwise };
}

/** Put in one by one: an object that has `then` as a literal would promise something. */
function withThen(condition: Json, schema: unknown): Json {
  const made = emptyRecord<unknown>();
  for (const [keyword, value] of [['if', condition] as const, ['then', schema] as const]) made[keyword] = value;
  return made;
}
