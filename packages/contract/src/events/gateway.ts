import { z } from 'zod';
import { accessDecisionSchema } from '../access.ts';
import { FIELD_CONTEXTS, LOCATIONS, RULE_GROUPS, slugSchema } from '../names.ts';
import { defineEvent } from './define.ts';

/** One finding of inspection as it is recorded: where, what, how sure, how it was decoded, and a redacted sample. */
export const findingSchema = z.strictObject({
  rule: z.string().max(64),
  group: z.enum(RULE_GROUPS),
  confidence: z.number().min(0).max(1),
  location: z.enum(LOCATIONS),
  name: z.string().max(256),
  chain: z.array(z.string().max(32)).max(8),
  sample: z.string().max(64),
  why: z.string().max(300),
  /** What the field is known to be for. Records made before this was told have neither. */
  context: z.enum(FIELD_CONTEXTS).nullable().default(null),
  /** Sure enough, in that context, to refuse the request. */
  blocks: z.boolean().default(false),
  /** The exception that kept this finding from counting, if any. */
  exception: z.string().nullable(),
});
export type RecordedFinding = z.infer<typeof findingSchema>;

/** One line of the verdict chain: which step said what. */
export const stepVerdictSchema = z.strictObject({
  step: z.string().max(32),
  verdict: z.string().max(32),
  detail: z.string().max(200),
});
export type StepVerdict = z.infer<typeof stepVerdictSchema>;

export const requestCompleted = defineEvent({
  type: 'request.completed',
  version: 1,
  summary: 'A request went through the gateway; outcome is allowed, recorded (would be blocked), blocked, refused or failed.',
  audited: 'decisions',
  severity: 'info',
  ocsf: { classUid: 4002, activityId: 99 },
  payload: z.strictObject({
    address: z.string().max(64),
    userAgent: z.string().max(512),
    method: z.string().max(32),
    host: z.string().max(255),
    /** Canonical path, values cut at 512; the query stands beside it. Both can hold personal data. */
    path: z.string().max(512),
    query: z.string().max(512),
    protocol: z.enum(['http/1.0', 'http/1.1', 'h2', 'websocket']),
    status: z.number().int(),
    /** Problem code when Holdfast answered by itself. */
    problem: z.string().max(64).nullable(),
    mode: z.enum(['monitor', 'canary', 'enforce', 'bypass']),
    requestBytes: z.number().int().nonnegative(),
    responseBytes: z.number().int().nonnegative(),
    /** Whole time and the part spent waiting for the upstream, microseconds. */
    durationUs: z.number().int().nonnegative(),
    upstreamUs: z.number().int().nonnegative(),
    score: z.number().min(0).max(1),
    findings: z.array(findingSchema).max(16),
    steps: z.array(stepVerdictSchema).max(40),
    snapshot: z.number().int(),
    /** What error masking kept from the visitor, scrubbed and cut. */
    masked: z.string().max(1024).nullable(),
    /** Who was let in and by which policies; null where nobody is asked and there are no policies. */
    access: accessDecisionSchema.nullable().default(null),
    /** Our session by its id, or 16 hex of a keyed hash of the application's own session cookie; never a cookie. */
    session: z.string().max(64).nullable().default(null),
    /** Person, service account, or the key of the account whose sign-in at the application began this session. */
    account: z.string().max(64).nullable().default(null),
    /** What the client's TLS offered: equal for one client in all its connections, in the terms of JA4 and none. Null = not our TLS. */
    tlsKey: z.string().max(32).nullable().default(null),
    referrer: z.string().max(512).nullable().default(null),
    /** Of the request. */
    contentType: z.string().max(128).nullable().default(null),
    /** The path with `{}` in place of what names one thing of many. */
    route: z.string().max(512).nullable().default(null),
  }),
  personal: {
    address: 'address',
    userAgent: 'agent',
    method: 'none',
    host: 'none',
    path: 'content',
    query: 'content',
    protocol: 'none',
    status: 'none',
    problem: 'none',
    mode: 'none',
    requestBytes: 'none',
    responseBytes: 'none',
    durationUs: 'none',
    upstreamUs: 'none',
    score: 'none',
    findings: 'content',
    steps: 'none',
    snapshot: 'none',
    masked: 'content',
    access: 'none',
    session: 'none',
    account: 'none',
    tlsKey: 'agent',
    referrer: 'content',
    contentType: 'none',
    route: 'content',
  },
});
export type RequestCompleted = z.infer<typeof requestCompleted.payload>;

export const protocolRejected = defineEvent({
  type: 'gateway.protocol.reject',
  version: 1,
  summary: 'The front gate refused bytes that are not one unambiguous HTTP request; nothing reached the application.',
  audited: 'always',
  severity: 'low',
  ocsf: { classUid: 4002, activityId: 99 },
  payload: z.strictObject({
    address: z.string().max(64),
    /** Rule of the front gate, e.g. `te-with-cl`. */
    rule: z.string().max(64),
    status: z.number().int(),
    protocol: z.enum(['http/1.1', 'h2', 'tls', 'unknown']),
    /** More than one when a flood was folded into one event. */
    count: z.number().int().positive(),
  }),
  personal: { address: 'address', rule: 'none', status: 'none', protocol: 'none', count: 'none' },
});

export const cspReported = defineEvent({
  type: 'gateway.csp.report',
  version: 1,
  summary: 'A browser reported a violation of the content security policy.',
  audited: 'never',
  severity: 'low',
  ocsf: { classUid: 2004, activityId: 1 },
  payload: z.strictObject({
    directive: z.string().max(128),
    /** Origin, scheme or keyword (`inline`, `eval`); never a whole address. */
    blocked: z.string().max(256),
    document: z.string().max(512),
    sample: z.string().max(40),
    disposition: z.enum(['enforce', 'report']),
  }),
  personal: { directive: 'none', blocked: 'none', document: 'content', sample: 'content', disposition: 'none' },
});

export const cspInlineSeen = defineEvent({
  type: 'gateway.csp.inline-seen',
  version: 1,
  summary: 'While learning, an inline script or style of the application was seen; carries its hash, never its text.',
  audited: 'never',
  severity: 'info',
  ocsf: { classUid: 2004, activityId: 1 },
  payload: z.strictObject({
    application: slugSchema,
    /** Canonical path of the page it stood in; one example, not a list. */
    path: z.string().max(512),
    /** CSP hash source, ready for `csp.inlineHashes`. */
    hash: z.string().max(64),
    kind: z.enum(['script', 'style']),
    /** How many responses have carried it in this process so far. */
    count: z.number().int().positive(),
  }),
  personal: { application: 'none', path: 'content', hash: 'none', kind: 'none', count: 'none' },
});

export const snapshotApplied = defineEvent({
  type: 'gateway.snapshot.applied',
  version: 1,
  summary: 'A gateway process swapped to a new snapshot.',
  audited: 'always',
  severity: 'info',
  ocsf: { classUid: 6002, activityId: 99 },
  payload: z.strictObject({ snapshot: z.number().int(), digest: z.string().max(64), gateways: z.number().int() }),
  personal: { snapshot: 'none', digest: 'none', gateways: 'none' },
});
