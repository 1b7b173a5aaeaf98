import { z } from 'zod';

/**
 * What a request does not fit, told to whoever sent it. The gateway and the browser package compute the same reports for the
 * same schema and the same values, so that a page can show both in one way.
 *
 * How a report is made, on both sides:
 * - `location`: where the value travels. A file of a form is told under `multipart`.
 * - `pointer`: JSON pointer (RFC 6901) to the value in the request. In a JSON document it is the place in the document
 *   (`/items/0/price`, `` for the whole); elsewhere `/` and the name, and below it the place in a list or an object
 *   (`/tags/0`, `/filter/price`). What is missing or not listed has the pointer at which it would stand or stands. Faults
 *   of the whole request (`route`, `method`, `content`) have ``.
 * - `name`: the same place without positions, as exceptions name it: in documents with dots and `*` for every element
 *   (`items.*.price`), elsewhere the name of the parameter alone (`tags`).
 * - One report for each pair of location and pointer. When a value fails in several ways, it is the reason that stands first
 *   in {@link SCHEMA_REASONS}. Where `anyOf`, `oneOf` or `not` of a value does not hold, `shape` is told of that value, and
 *   nothing else of it or of what is in it. Where `contains` does not hold, `count` is told of the list and nothing of what is in it.
 * - A name is listed when any of the schemas that are joined for its value (`allOf`, `anyOf`, `oneOf`, `then`, `else`, references) lists
 *   it. A value that lists no names, or that has `additionalProperties` other than false or `patternProperties`, has none unlisted.
 * - A text that is left blank has `empty` where `minLength`, `enum`, `pattern` or `format` do not hold. In forms and addresses, a
 *   blank where neither a text nor null is meant is as if it were not there, and `empty` where it is required.
 * - Never the value, and no more than {@link SCHEMA_ERRORS_MAX}.
 */
export const SCHEMA_ERRORS_MAX = 20;

/** The first that fits is told. */
export const SCHEMA_REASONS = [
  /** The path is not listed. */
  'route',
  /** The path is listed without this method. */
  'method',
  /** The body is of a kind that is not listed. */
  'content',
  /** Not listed: `additionalProperties: false`, or a name that no parameter has. */
  'unknown',
  /** Comes more than once and is no list. */
  'duplicated',
  /** Required and not there. */
  'missing',
  /** There, but left blank where something must stand. */
  'empty',
  /** `type`; in forms and addresses: a text that does not read as its type. */
  'type',
  /** `enum`, `const`. */
  'choice',
  /** `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`. */
  'range',
  /** `multipleOf`. */
  'multiple',
  /** `minLength`, `maxLength`. */
  'length',
  /** `format`. */
  'format',
  /** `x-holdfast-word`: no letter and no digit. */
  'word',
  /** `pattern`. */
  'pattern',
  /** `minItems`, `maxItems`, `minProperties`, `maxProperties`, `contains`. */
  'count',
  /** `uniqueItems`. */
  'unique',
  /** `anyOf`, `oneOf`, `not`, and whatever else joins schemas. */
  'shape',
] as const;
export type SchemaReason = (typeof SCHEMA_REASONS)[number];

export const SCHEMA_LOCATIONS = ['path', 'query', 'header', 'cookie', 'form', 'json', 'multipart', 'xml', 'text'] as const;
export type SchemaLocation = (typeof SCHEMA_LOCATIONS)[number];

const POINTER_CHARS_MAX = 512;
const NAME_CHARS_MAX = 256;

export const schemaErrorSchema = z.strictObject({
  pointer: z.string().max(POINTER_CHARS_MAX),
  location: z.enum(SCHEMA_LOCATIONS),
  name: z.string().max(NAME_CHARS_MAX),
  reason: z.enum(SCHEMA_REASONS),
});
export type SchemaError = z.infer<typeof schemaErrorSchema>;

/** `errors` of a `schema-mismatch` for clients that read JSON. */
export const schemaErrorsSchema = z.array(schemaErrorSchema).max(SCHEMA_ERRORS_MAX);
