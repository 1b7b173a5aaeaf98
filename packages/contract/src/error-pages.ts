import { z } from 'zod';

/** A page of text and a few styles; pictures are files of the application. */
export const ERROR_PAGE_CHARS_MAX = 65_536;
const ERROR_PAGES_MAX = 24;

/** `403`, or `5xx` for every status of a class that has no page of its own. */
export const errorPageStatusSchema = z.string().regex(/^[45](?:xx|\d\d)$/u, 'a status such as 403, or 4xx, 5xx');

/** What may stand in a page between two braces: filled in for each answer, escaped. */
export const ERROR_PAGE_PLACES = ['request_id', 'status', 'title', 'detail', 'time', 'contact'] as const;
export type ErrorPagePlace = (typeof ERROR_PAGE_PLACES)[number];

/** What visitors see where Holdfast answers instead of the application. */
export const errorSettingsSchema = z.strictObject({
  /**
   * HTML of the operator's own by status or class; `{{request_id}}` must be in it, and no script. Programs get the problem
   * document as ever. `holdfast app error-page` sets one from a file.
   */
  pages: z
    .record(errorPageStatusSchema, z.string().min(1).max(ERROR_PAGE_CHARS_MAX))
    .refine((pages) => Object.keys(pages).length <= ERROR_PAGES_MAX, `at most ${ERROR_PAGES_MAX} pages`)
    .default({}),
  /** Beginnings of paths below which every refusal is a problem document, whatever the client says it reads. */
  jsonPaths: z.array(z.string().startsWith('/').max(256)).max(64).default([]),
});
export type ErrorSettings = z.infer<typeof errorSettingsSchema>;
