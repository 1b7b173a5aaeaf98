import { z } from 'zod';
import { errorSettingsSchema } from './error-pages.ts';
import { hostNameSchema, prefixSchema, RULE_GROUPS, slugSchema, timestampSchema } from './names.ts';
import { signInSettingsSchema } from './sign-in.ts';
import { uploadSettingsSchema } from './upload.ts';

export const modeSchema = z.enum(['monitor', 'enforce']);
export type Mode = z.infer<typeof modeSchema>;

/** off = not inspected, record = found and recorded, block = found, recorded and refused. */
export const ruleActionSchema = z.enum(['off', 'record', 'block']);
export type RuleAction = z.infer<typeof ruleActionSchema>;

export const cspSettingsSchema = z.strictObject({
  mode: z.enum(['off', 'report-only', 'enforce']).default('report-only'),
  /** A whole policy of the operator's own; `{nonce}` stands for the nonce of the response. Null = the built-in strict policy. */
  policy: z.string().max(8192).nullable().default(null),
  /** Put nonces into the script and style elements of HTML as it streams. */
  nonces: z.boolean().default(true),
  /**
   * The application's own inline scripts and styles, as CSP hash sources. Only these are let through when the policy is
   * enforced: an injected element is on no list. `holdfast csp suggest` proposes them from what was seen while learning.
   */
  inlineHashes: z
    .array(z.string().regex(/^sha256-[A-Za-z0-9+/]{43}=$/u, 'a CSP hash source such as sha256-…='))
    .max(1024)
    .default([]),
});

export const headerSettingsSchema = z.strictObject({
  frameAncestors: z.enum(['none', 'self', 'upstream']).default('self'),
  referrerPolicy: z.string().max(64).default('strict-origin-when-cross-origin'),
  permissionsPolicy: z.string().max(2048).default('camera=(), geolocation=(), microphone=(), payment=(), usb=()'),
  /** `upstream` leaves what the application says; COEP stays off because it breaks third-party media. */
  crossOriginOpenerPolicy: z.enum(['same-origin', 'same-origin-allow-popups', 'upstream']).default('same-origin'),
  crossOriginResourcePolicy: z.enum(['same-origin', 'same-site', 'upstream']).default('same-origin'),
  crossOriginEmbedderPolicy: z.enum(['require-corp', 'credentialless', 'upstream']).default('upstream'),
  /** HSTS is sent on real host names only; 0 = never. */
  hstsSeconds: z.number().int().min(0).max(63_072_000).default(31_536_000),
});

export const cookieSettingsSchema = z.strictObject({
  secure: z.boolean().default(true),
  httpOnly: z.boolean().default(true),
  sameSite: z.enum(['lax', 'strict', 'upstream']).default('lax'),
  /** Cookies that the page's script must read: HttpOnly is left alone. */
  scriptReadable: z.array(z.string().max(256)).max(64).default([]),
});

export const rateSettingsSchema = z.strictObject({
  /** Sustained requests a second from one client address (IPv6: one /64); 0 = no limit. */
  perSecond: z.number().min(0).max(1_000_000).default(100),
  burst: z.number().int().min(1).max(1_000_000).default(500),
  /** Loopback is the operator's own machine, a health probe or a local proxy: it is exempt unless this says otherwise. */
  includeLoopback: z.boolean().default(false),
});

export const webSocketSettingsSchema = z.strictObject({
  enabled: z.boolean().default(true),
  /** Origins besides the application's own that may open a WebSocket. */
  origins: z.array(z.url().max(256)).max(64).default([]),
  frameBytesMax: z.number().int().min(125).max(67_108_864).default(1_048_576),
  idleMs: z.number().int().min(1000).max(3_600_000).default(60_000),
});

export const timeoutSettingsSchema = z.strictObject({
  connectMs: z.number().int().min(100).max(60_000).default(5000),
  headersMs: z.number().int().min(100).max(600_000).default(30_000),
  bodyIdleMs: z.number().int().min(100).max(600_000).default(30_000),
});

export const bodySettingsSchema = z.strictObject({
  /** Bodies up to this size are buffered, inspected and re-framed. */
  inspectBytesMax: z.number().int().min(1024).max(16_777_216).default(1_048_576),
  /** Larger ones are refused, unless the route takes uploads (multipart or raw), which stream up to this size. */
  uploadBytesMax: z.number().int().min(1024).max(10_737_418_240).default(52_428_800),
});

/** off = nobody is asked who they are; optional = who signed in is named to the application; required = nobody else gets in. */
export const loginModeSchema = z.enum(['off', 'optional', 'required']);

/** Other proxies that stand in front of the application and ask us who a visitor is. */
export const forwardAuthSettingsSchema = z.strictObject({
  /** Addresses of these proxies. Nobody else may ask; and what one of them says of a visitor's address is believed. */
  proxies: z.array(prefixSchema).max(64).default([]),
});

/** Sign-in in front of the application. */
export const loginSettingsSchema = z.strictObject({
  /** off = nobody is asked who they are; optional = who signed in is named to the application; required = nobody else gets in. */
  mode: loginModeSchema.default('off'),
  /** A session needs a second factor. */
  mfa: z.boolean().default(true),
  /** A session ends after this long without a request (SP 800-63B-4 §2.2.3). */
  idleMinutes: z.number().int().min(1).max(43_200).default(30),
  /** A session ends after this long whatever happens (ASVS 5.0 7.3.2). */
  absoluteHours: z.number().int().min(1).max(8760).default(12),
  /** Sessions of one person at this application; one more ends the oldest (ASVS 5.0 7.1.2). */
  sessionsMax: z.number().int().min(1).max(100).default(5),
  /** Anybody with an e-mail address can become a person, without groups; the address is confirmed by a letter. */
  signUp: z.enum(['off', 'on']).default('off'),
  forwardAuth: forwardAuthSettingsSchema.prefault({}),
  /** The signed identity also under the header name of another product, for applications that read that one. */
  assertionAliases: z
    .array(z.enum(['pomerium', 'cloudflare']))
    .max(2)
    .default([]),
});
export type LoginSettings = z.infer<typeof loginSettingsSchema>;

/**
 * A promotion under way: a share of the clients is judged as if the application enforced, before everybody is. Set by
 * `holdfast tune promote`; the share stays the same clients from beginning to end.
 */
export const canarySettingsSchema = z.strictObject({
  /** Percent of the client addresses. */
  share: z.number().int().min(1).max(100),
  /** One class of attack; null = every class that has no action of its own. */
  group: z.enum(RULE_GROUPS).nullable().default(null),
  /** When it began: another promotion picks other clients. */
  since: timestampSchema,
  /** When the rest is to follow. The share stays in force until the control plane has decided. */
  until: timestampSchema,
});
export type CanarySettings = z.infer<typeof canarySettingsSchema>;

/** What is done with what an OpenAPI document in force does not list. */
export const unknownPolicySchema = z.enum(['refuse', 'record', 'pass']);

/** For documents that do not say it themselves (`x-holdfast-unknown`, `x-holdfast-unknown-routes`); fragments that were learned do. */
export const schemaSettingsSchema = z.strictObject({
  /** Parameters and members of bodies that an operation does not list. */
  unknown: unknownPolicySchema.default('refuse'),
  /** Paths and methods that the document does not list. */
  routes: unknownPolicySchema.default('pass'),
});

/** Everything an operator can say of one protected application. Defaults are safe and break nothing. */
export const applicationSchema = z.strictObject({
  id: slugSchema,
  name: z.string().min(1).max(100),
  /** Empty = any well-formed Host is served by this application. */
  hosts: z.array(hostNameSchema).max(64).default([]),
  upstream: z.url({ protocol: /^https?$/u }).max(512),
  mode: modeSchema.default('monitor'),
  /** Overrides the mode for one class of attack. */
  rules: z.partialRecord(z.enum(RULE_GROUPS), ruleActionSchema).default({}),
  /** A promotion under way: `holdfast tune promote` sets it, writing the whole application anew ends it. */
  canary: canarySettingsSchema.nullable().default(null),
  /** Learn routes and parameters from honest requests, for `holdfast schema propose`. */
  learning: z.enum(['on', 'off']).default('on'),
  /** Tell pages the form of the paths that they send to, so that they can say beforehand what would be refused. */
  pageCheck: z.enum(['on', 'off']).default('on'),
  schema: schemaSettingsSchema.prefault({}),
  login: loginSettingsSchema.prefault({}),
  /** What the application's access policies mean, once it has some: monitor records what they would deny. */
  accessMode: modeSchema.default('enforce'),
  /** Login forms of the application itself. */
  signIn: signInSettingsSchema.prefault({}),
  csp: cspSettingsSchema.prefault({}),
  headers: headerSettingsSchema.prefault({}),
  cookies: cookieSettingsSchema.prefault({}),
  rate: rateSettingsSchema.prefault({}),
  webSocket: webSocketSettingsSchema.prefault({}),
  timeouts: timeoutSettingsSchema.prefault({}),
  body: bodySettingsSchema.prefault({}),
  uploads: uploadSettingsSchema.prefault({}),
  /** Replace upstream errors and leaked internals by a clean page. */
  maskErrors: z.boolean().default(true),
  errors: errorSettingsSchema.prefault({}),
});
export type Application = z.infer<typeof applicationSchema>;
/** What may be written: everything with a default may be left out. */
export type ApplicationInput = z.input<typeof applicationSchema>;
