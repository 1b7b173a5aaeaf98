import { z } from 'zod';

/** A list never answers with more than this, whatever is asked for. */
export const PAGE_ITEMS_MAX = 200;

/** Query of every list. The cursor is opaque: what a page gave as `next`. */
export const pageQuerySchema = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_ITEMS_MAX).default(50),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** A part of a text that a list is searched for. */
export const partSchema = z.string().trim().min(1).max(64);

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null on the last page. */
  readonly next: string | null;
}

/**
 * Schema of one page of `item`.
 *
 * @example pageSchema(banViewSchema).parse({ items: [], next: null })
 */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item).max(PAGE_ITEMS_MAX), next: z.string().max(200).nullable() });
}

/** Why somebody did something: kept in the ledger, so it is bounded and required where the act weakens protection. */
export const reasonSchema = z.string().trim().min(3).max(500);

/** RFC 9457 problem document as the API answers it. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  instance: z.string(),
  request_id: z.string(),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
  /** Of `step-up-required`: how sure it must be who asks, and how long ago at most. */
  acr: z.string().optional(),
  maxAgeSeconds: z.number().int().optional(),
});
