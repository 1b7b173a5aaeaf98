import { z } from 'zod';

/** Words of CACAO 2.0 that its parts share (§10). What is not named here may be there, and is not looked at. */

const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}';
const UUID_AT_END = new RegExp(`--${UUID}$`, 'u');

export const flag = z.boolean();
export const text = z.string();
/** §10.10. */
export const identifier = z
  .string()
  .regex(new RegExp(`^[a-z][a-z0-9-]+[a-z0-9]--${UUID}$`, 'u'), 'an identifier is a type, two hyphens and a UUID (RFC 9562)');
/** §10.17: RFC 3339 in UTC, with `Z`. */
export const timestamp = z
  .string()
  .regex(
    /^\d{4}-(?:0[1-9]|1[012])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?Z$/u,
    'a time in UTC, as 2026-01-31T12:00:00.000Z',
  );
export const some = <Item extends z.ZodType>(item: Item) => z.array(item).min(1, 'at least one is needed');
/** §3.1: of 0 (not defined) to 100. */
export const share = z.number().int().min(0).max(100);

export const reference = z.looseObject({
  name: text,
  description: text.optional(),
  source: text.optional(),
  url: text.optional(),
  external_id: text.optional(),
  reference_id: text.optional(),
});

export const variable = z.looseObject({
  type: text,
  description: text.optional(),
  value: text.nullable().optional(),
  constant: flag.optional(),
  external: flag.optional(),
});

/** §10.18.3. */
export const VARIABLE_NAME = /^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$/u;

export const anObject = z.looseObject({});
/** Extensions are listed by what defines them (§8). */
export const extensions = anObject.refine((value) => Object.keys(value).length > 0, 'at least one is needed');

/** The type that the key of a definition or step names; null = the key is no identifier. */
export function typeOfKey(key: string): string | null {
  const found = UUID_AT_END.exec(key);
  return found === null || found.index === 0 ? null : key.slice(0, found.index);
}
