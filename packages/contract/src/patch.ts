import { z } from 'zod';
import { LOCATIONS, RULE_GROUPS, slugSchema, timestampSchema, ulidSchema } from './names.ts';

/** Live patches of one application; the gateway finds them by route, so it is people who lose sight first. */
export const PATCHES_PER_APPLICATION_MAX = 1000;
/** Of all applications together: what a snapshot holds. */
export const PATCHES_MAX = 20_000;
export const PATCH_CHOICES_MAX = 100;
export const PATCH_CONFIDENCE_DEFAULT = 0.6;
export const PATCH_SOURCES = ['person', 'scanner', 'playbook'] as const;
/** `detect` records only, `enforce` refuses; the others are over. */
export const PATCH_STATES = ['detect', 'enforce', 'expired', 'removed'] as const;
export type PatchState = (typeof PATCH_STATES)[number];

/** What stops a request; checked for meaning by the compiler of the inspection package, which names each fault by a JSON pointer. */
export const patchMatchSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('constraint'),
    type: z.enum(['integer', 'number', 'uuid', 'date', 'boolean']).optional(),
    choices: z.array(z.string().max(256)).min(1).max(PATCH_CHOICES_MAX).optional(),
    lengthMax: z.number().int().min(0).max(1_048_576).optional(),
    /** One class such as `[A-Za-z0-9 _-]`. */
    characters: z.string().min(2).max(256).optional(),
    /** In the pattern language of schemas, which never goes back. */
    pattern: z.string().min(2).max(1024).optional(),
  }),
  z.strictObject({
    kind: z.literal('attack'),
    groups: z.array(z.enum(RULE_GROUPS)).min(1).max(RULE_GROUPS.length),
    /** From this confidence on evidence counts, whatever the application's mode is. */
    confidence: z.number().min(0.3).max(0.95).default(PATCH_CONFIDENCE_DEFAULT),
  }),
  z.strictObject({ kind: z.literal('absent') }),
  z.strictObject({ kind: z.literal('deny') }),
]);

/** Where a patch stands. Methods and routes are read leniently: `/Login/` is `/login`, and HEAD is GET. */
export const patchPlaceSchema = z.strictObject({
  application: slugSchema,
  /** `*` = every method. */
  method: z.string().regex(/^(?:[A-Z]{1,16}|\*)$/u, 'a method in capitals, or *'),
  /** A canonical path; a segment `{}` stands for exactly one segment. */
  route: z.string().startsWith('/').max(2048),
  /** Null = the request as a whole, for `deny`; anywhere but in headers and cookies, for `attack`. */
  location: z.enum(LOCATIONS).nullable(),
  /** A name, a JSON pointer with `{}` for any step, the number of a path segment; null = all of the location. */
  parameter: z.string().max(256).nullable(),
});

/** What the gateway needs of a patch. */
export const patchRuleSchema = patchPlaceSchema.extend({
  id: ulidSchema,
  match: patchMatchSchema,
  action: z.enum(['record', 'block']),
  /** Id of a scanner's finding, or a CVE. */
  finding: z.string().max(128).nullable(),
  expiresAt: timestampSchema,
});
export type GatewayPatch = z.infer<typeof patchRuleSchema>;

/** Addresses that one gateway names; more touched clients than this need no longer list. */
export const REHEARSED_ADDRESSES_MAX = 200;
const count = z.number().int().nonnegative();

/** What a rule would do to the honest requests that a gateway holds in memory. */
export const rehearsedSchema = z.strictObject({
  /** Honest requests to the place of the rule. */
  requests: count,
  /** Of these: without the value that the rule is about. */
  unjudged: count,
  touched: count,
  addresses: z.array(z.string().max(64)).max(REHEARSED_ADDRESSES_MAX),
});
export type Rehearsed = z.infer<typeof rehearsedSchema>;
