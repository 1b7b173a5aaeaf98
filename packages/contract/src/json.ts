import { z } from 'zod';

/** Levels of one value: whatever reads it goes down that far and no further. */
const VALUE_DEPTH_MAX = 32;
type Json = z.core.util.JSONType;

function isJson(value: unknown, levels = VALUE_DEPTH_MAX): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || levels === 0) return false;
  return Object.values(value).every((each) => isJson(each, levels - 1));
}

/** Not `z.json()`: it goes as deep as what is sent, and a document of it never ends. */
export const jsonSchema = z
  .custom<Json>((value) => isJson(value), { error: `JSON of at most ${VALUE_DEPTH_MAX} levels`, abort: true })
  .meta({ type: ['string', 'number', 'boolean', 'object', 'array', 'null'] });
