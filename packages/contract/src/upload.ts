import { z } from 'zod';
import { slugSchema, timestampSchema, ulidSchema } from './names.ts';

/** SHA-256 of the bytes of a file, hex. */
export const fileHashSchema = z.string().regex(/^[0-9a-f]{64}$/u, 'a SHA-256 in hex');

/** refuse = it is not taken; hold = it is kept for an operator and not passed on; allow = it passes and is told. */
export const uploadVerdictSchema = z.enum(['refuse', 'hold', 'allow']);

/** Ids of the file types that the inspection package tells apart by content. */
const fileTypeSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/u, 'the id of a file type, such as png');

/** What people send where nobody said more: pictures, documents and text; nothing that runs. */
export const UPLOAD_TYPES_DEFAULT = [
  'png',
  'jpeg',
  'gif',
  'webp',
  'heic',
  'pdf',
  'docx',
  'xlsx',
  'pptx',
  'odt',
  'ods',
  'odp',
  'txt',
  'csv',
  'json',
  'zip',
] as const;

export const archiveSettingsSchema = z.strictObject({
  /** Archives within archives. */
  depthMax: z.number().int().min(0).max(16).default(4),
  /** Members, of all levels together. */
  entriesMax: z.number().int().min(1).max(100_000).default(10_000),
  /** Unpacked by packed, over the whole archive. */
  ratioMax: z.number().int().min(1).max(10_000).default(100),
  /** All members together, unpacked. */
  unpackedBytesMax: z.number().int().min(1024).max(10_737_418_240).default(1_073_741_824),
  /** Nobody can see what is in them. */
  encrypted: uploadVerdictSchema.default('refuse'),
});

/**
 * keep = as they came; strip = places, devices, comments and previews are cut out, pixels stay as they are; reencode = decoded and
 * written anew by a process of its own, so that only pixels are left.
 */
export const imageHandlingSchema = z.enum(['keep', 'strip', 'reencode']);
export type ImageHandling = z.infer<typeof imageHandlingSchema>;

const uploadActionSchema = z.enum(['follow', 'record', 'block', 'off']);
const typesSchema = z.array(fileTypeSchema).max(64);
const fileBytesSchema = z.number().int().min(1).max(10_737_418_240);
const filesSchema = z.number().int().min(1).max(1000);
const ROUTES_MAX = 256;

/** What holds on one route instead of what holds for the whole application; null = as there. */
export const uploadRouteSchema = z.strictObject({
  /** `{}` or `{name}` stands for any one segment; `/*` at the end for everything below as well. What says more of a path wins. */
  path: z
    .string()
    .max(512)
    .regex(/^\/[\x21-\x7e]*$/u, 'a path that begins with /')
    .refine((path) => !/[?#]/u.test(path), 'a path without query')
    .refine((path) => !/\*(?!$)|[^/]\*$/u.test(path), 'a * stands at the end, behind a /'),
  /** Null = any. */
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']).nullable().default(null),
  /** Whether files are taken here at all. */
  files: z.enum(['take', 'refuse']).default('take'),
  /** Files are looked at everywhere, or nowhere: `off` is for the whole application. */
  action: uploadActionSchema.exclude(['off']).nullable().default(null),
  /** What is taken here, instead of what is taken elsewhere. */
  types: typesSchema.nullable().default(null),
  /** One file of this route. */
  fileBytesMax: fileBytesSchema.nullable().default(null),
  /** Files of one request to this route. */
  filesMax: filesSchema.nullable().default(null),
  /** Archives and documents that nobody can look into. */
  encrypted: uploadVerdictSchema.nullable().default(null),
  /** Scripts, macros and links to the outside, here. */
  activeContent: uploadVerdictSchema.nullable().default(null),
  /** What becomes of pictures that are sent here. */
  images: imageHandlingSchema.nullable().default(null),
});
export type UploadRoute = z.infer<typeof uploadRouteSchema>;

/** What tells two entries apart: names of segments do not. */
export const uploadRouteKey = ({ method, path }: Pick<UploadRoute, 'method' | 'path'>): string =>
  `${method ?? 'ANY'} ${plainUploadPath(path)}`;

/** `/People/{id}/` and `/people/{}` are one route: gateways read paths as the most lenient application would. */
export const plainUploadPath = (path: string): string =>
  `/${path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (/^\{[^{}]*\}$/u.test(segment) ? '{}' : segment))
    .join('/')}`;

/** Files that an application takes, and what becomes of the others. */
export const uploadSettingsSchema = z.strictObject({
  /**
   * follow = as the mode of the application says; record = refusals by type, size and content are only recorded; block = they count
   * in monitor mode too; off = files are not looked at. What a scanner names malware is never passed unless this is off.
   */
  action: uploadActionSchema.default('follow'),
  /** What content, name and declared type have to agree on. */
  types: typesSchema.default([...UPLOAD_TYPES_DEFAULT]),
  /** One file. */
  fileBytesMax: fileBytesSchema.default(52_428_800),
  /** Files of one request. */
  filesMax: filesSchema.default(20),
  archives: archiveSettingsSchema.prefault({}),
  /** Scripts in SVG and PDF, macros, links to the outside. */
  activeContent: uploadVerdictSchema.default('refuse'),
  /** off = nothing is scanned, which `holdfast doctor` calls a finding. */
  scan: z.enum(['on', 'off']).default('on'),
  /** JPEG, PNG, WebP and GIF as they came, without metadata, or decoded and written anew. */
  images: imageHandlingSchema.default('keep'),
  routes: z
    .array(uploadRouteSchema)
    .max(ROUTES_MAX)
    .refine((routes) => new Set(routes.map(uploadRouteKey)).size === routes.length, 'two entries are about the same route')
    .default([]),
  /** Whether files are taken on routes that no entry is about. */
  elsewhere: z.enum(['take', 'refuse']).default('take'),
});
export type UploadSettings = z.infer<typeof uploadSettingsSchema>;

/** How this node scans files: the same for all applications. */
export const scannerSettingsSchema = z.strictObject({
  /** `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`; null = the built-in rules alone. */
  clamd: z
    .string()
    .regex(/^(?:unix:\/.{1,107}|tcp:[^\s:]{1,253}:\d{1,5})$/u, 'unix:/path or tcp:host:port')
    .nullable()
    .default(null),
  /** A scanner that gives no sign of life for so long has failed, and the file is held. */
  timeoutMs: z.number().int().min(100).max(600_000).default(10_000),
  /** Files that are scanned at the same time; more wait, up to a hundred times as many. */
  atOnce: z.number().int().min(1).max(64).default(4),
  /** A folder with YARA rules of the operator's own, besides the built-in ones. */
  rulesFolder: z.string().max(1024).nullable().default(null),
  /** Disk for uploads under way. */
  spoolBytesMax: z.number().int().min(1_048_576).default(10_737_418_240),
  /** Disk for kept files; what is oldest and infected makes room for what comes. */
  quarantineBytesMax: z.number().int().min(1_048_576).default(5_368_709_120),
  /** Folder of the package `sharp`, which writes pictures anew; null = the one that is installed beside Holdfast. */
  sharp: z.string().max(1024).nullable().default(null),
  /** Kept files are deleted after so many days. */
  retentionDays: z.number().int().min(1).max(3650).default(30),
});
export type ScannerSettings = z.infer<typeof scannerSettingsSchema>;

/** What was found in a file: a code of the inspection package or the name that a scanner gave, and where. */
export const fileFindingSchema = z.strictObject({
  /** `type-mismatch`, `archive-bomb`, …; `malware` when a scanner says so; `listed` when the hash is known to be bad. */
  code: z.string().max(64),
  /** `file`, or the path of members down to it, such as `zip:inner.zip!x.php`. */
  place: z.string().max(512),
  detail: z.string().max(200),
});
export type FileFinding = z.infer<typeof fileFindingSchema>;

export const scannerVerdictSchema = z.strictObject({
  scanner: z.enum(['yara', 'clamd']),
  verdict: z.enum(['clean', 'infected', 'failed']),
  /** Name of the signature or rule, or why it failed. */
  detail: z.string().max(200),
  /** Of the rules that were used. */
  version: z.string().max(128),
});
export type ScannerVerdict = z.infer<typeof scannerVerdictSchema>;

/** One file as a gateway knows it. */
export const fileFactsSchema = z.strictObject({
  hash: fileHashSchema,
  bytes: z.number().int().nonnegative(),
  /** As it came, cut; a name may be personal. */
  name: z.string().max(255),
  declaredType: z.string().max(128).nullable(),
  /** What the content is; null = nobody knows it. */
  foundType: fileTypeSchema.nullable(),
  /** Of the form or of the JSON document; empty for a raw body. */
  field: z.string().max(256),
  findings: z.array(fileFindingSchema).max(32),
  scans: z.array(scannerVerdictSchema).max(4),
});
export type FileFacts = z.infer<typeof fileFactsSchema>;

/** What the control plane knows of some bytes. */
export const knownFileSchema = z.strictObject({
  hash: fileHashSchema,
  /** released = an operator let these bytes pass; bad = listed or found infected; held = kept and not decided yet. */
  standing: z.enum(['released', 'bad', 'held']),
});

/** Asked before a file is scanned. Hashes that nobody knows are not in the answer. */
export const uploadKnownAskSchema = z.strictObject({
  kind: z.literal('upload-known'),
  application: slugSchema,
  hashes: z.array(fileHashSchema).min(1).max(1000),
});
export const uploadKnownAnswerSchema = z.strictObject({
  kind: z.literal('upload-known'),
  known: z.array(knownFileSchema).max(1000),
});

/** The gateway is about to keep a file. Until it says `stored`, the row is unfinished and swept after a while. */
export const uploadKeepAskSchema = z.strictObject({
  kind: z.literal('upload-keep'),
  application: slugSchema,
  requestId: z.string().max(12),
  method: z.string().max(32),
  /** Canonical path. */
  path: z.string().max(512),
  address: z.string().max(64),
  person: ulidSchema.nullable(),
  /** infected = a scanner named it; unscanned = no scanner could; policy = the settings of the application hold it. */
  cause: z.enum(['infected', 'unscanned', 'policy']),
  file: fileFactsSchema,
  at: timestampSchema,
});
export type UploadKeepAsk = z.infer<typeof uploadKeepAskSchema>;
/** Null = there is no room, or these bytes are kept already: nothing is to be written. */
export const uploadKeepAnswerSchema = z.strictObject({
  kind: z.literal('upload-keep'),
  keep: z
    .strictObject({
      id: ulidSchema,
      /** Absolute, in the data directory of this node. */
      path: z.string().max(4096),
      /** 32 bytes, base64: of this one file. */
      key: z.string().max(64),
    })
    .nullable(),
});
export type UploadKeepAnswer = z.infer<typeof uploadKeepAnswerSchema>;

/** The ciphertext is durable under the path, or could not be written. */
export const uploadStoredAskSchema = z.strictObject({
  kind: z.literal('upload-stored'),
  id: ulidSchema,
  stored: z.boolean(),
});
export const uploadStoredAnswerSchema = z.strictObject({ kind: z.literal('upload-stored') });
