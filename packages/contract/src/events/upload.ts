import { z } from 'zod';
import { fileFindingSchema, fileHashSchema, scannerVerdictSchema } from '../upload.ts';
import { defineEvent, plainEvent } from './define.ts';

/** OCSF 1001: file system activity; 1 = create, 4 = delete, 14 = open. */
const file = (activityId: number) => ({ classUid: 1001, activityId });
/** OCSF 2004: detection finding; 1 = create. */
const FOUND = { classUid: 2004, activityId: 1 };

const seen = {
  hash: fileHashSchema,
  bytes: z.number().int().nonnegative(),
  name: z.string().max(255),
  declaredType: z.string().max(128).nullable(),
  foundType: z.string().max(32).nullable(),
  field: z.string().max(256),
  findings: z.array(fileFindingSchema).max(32),
  scans: z.array(scannerVerdictSchema).max(4),
};
/** A name of a file says who it is about often enough. What was found names members of archives. */
const personal = {
  hash: 'none',
  bytes: 'none',
  name: 'content',
  declaredType: 'none',
  foundType: 'none',
  field: 'none',
  findings: 'content',
  scans: 'none',
} as const;

/** What the application got where a picture was changed on its way. */
const deliveredSchema = z.strictObject({
  how: z.enum(['stripped', 'reencoded']),
  bytes: z.number().int().nonnegative(),
  hash: fileHashSchema,
});

const kept = z.string().max(26);
const reason = z.string().max(500);

export const uploadEvents = {
  passed: defineEvent({
    type: 'upload.passed',
    version: 1,
    audited: 'decisions',
    summary: 'A file was looked at and handed to the application; recorded findings stand in it.',
    severity: 'info',
    ocsf: file(1),
    payload: z.strictObject({ ...seen, delivered: deliveredSchema.optional() }),
    personal: { ...personal, delivered: 'none' },
  }),
  refused: defineEvent({
    type: 'upload.refused',
    version: 1,
    audited: 'always',
    summary: 'A file was not taken: its type, size, name or content is not what the application takes.',
    severity: 'medium',
    ocsf: FOUND,
    payload: z.strictObject(seen),
    personal,
  }),
  held: defineEvent({
    type: 'upload.held',
    version: 1,
    audited: 'always',
    summary: 'A file was kept and not passed on: no scanner could look at it, or the settings say so.',
    severity: 'medium',
    ocsf: FOUND,
    payload: z.strictObject({ ...seen, cause: z.enum(['unscanned', 'policy']), upload: kept.nullable() }),
    personal: { ...personal, cause: 'none', upload: 'none' },
  }),
  infected: defineEvent({
    type: 'upload.infected',
    version: 1,
    audited: 'always',
    summary: 'A scanner named a file malware, or its hash is listed: it was not passed on. The copy in quarantine is named.',
    severity: 'high',
    ocsf: FOUND,
    payload: z.strictObject({ ...seen, upload: kept.nullable() }),
    personal: { ...personal, upload: 'none' },
  }),
  lateVerdict: plainEvent({
    type: 'upload.late-verdict',
    summary: 'Bytes that were passed before are known to be bad by now.',
    severity: 'high',
    ocsf: FOUND,
    payload: z.strictObject({ hash: fileHashSchema, detail: z.string().max(200), passed: z.number().int() }),
  }),
  released: plainEvent({
    type: 'upload.released',
    summary: 'An operator let the bytes of a kept file pass from now on.',
    severity: 'high',
    ocsf: file(14),
    payload: z.strictObject({ upload: kept, hash: fileHashSchema, reason }),
  }),
  releaseRefused: plainEvent({
    type: 'upload.release-refused',
    summary: 'A kept file was not released: a scanner names it malware, its hash is listed, or no scanner could look at it.',
    severity: 'medium',
    ocsf: file(14),
    payload: z.strictObject({ upload: kept, hash: fileHashSchema, cause: z.enum(['infected', 'listed', 'unscanned']), reason }),
  }),
  deleted: plainEvent({
    type: 'upload.deleted',
    summary: 'A kept file and its key were destroyed.',
    severity: 'medium',
    ocsf: file(4),
    payload: z.strictObject({ upload: kept, hash: fileHashSchema, reason }),
  }),
  downloaded: plainEvent({
    type: 'upload.downloaded',
    summary: 'An operator took a copy of a kept file.',
    severity: 'high',
    ocsf: file(14),
    payload: z.strictObject({ upload: kept, hash: fileHashSchema }),
  }),
  judged: plainEvent({
    type: 'upload.judged',
    summary: 'A kept file was scanned again.',
    severity: 'info',
    ocsf: file(14),
    payload: z.strictObject({
      upload: kept,
      hash: fileHashSchema,
      state: z.enum(['held', 'clean', 'infected']),
      scans: z.array(scannerVerdictSchema).max(4),
    }),
  }),
  listed: plainEvent({
    type: 'upload.listed',
    summary: 'A hash was put on the list of bad files, or taken off it.',
    severity: 'medium',
    ocsf: file(14),
    payload: z.strictObject({ hash: fileHashSchema, listed: z.boolean(), reason }),
  }),
  imported: plainEvent({
    type: 'upload.list-imported',
    summary: 'Many hashes were put on the list of bad files at once.',
    severity: 'medium',
    ocsf: file(14),
    payload: z.strictObject({
      hashes: z.number().int(),
      added: z.number().int(),
      /** SHA-256 of the hashes, sorted, one a line: whoever has the list can show that it is this one. */
      digest: fileHashSchema,
      reason,
    }),
  }),
  scannerChanged: plainEvent({
    type: 'upload.scanner-changed',
    summary: 'A scanner of uploads became unreachable, came back, or has new rules.',
    severity: 'high',
    ocsf: { classUid: 6002, activityId: 99 },
    payload: z.strictObject({
      scanner: z.enum(['yara', 'clamd']),
      state: z.enum(['up', 'down']),
      version: z.string().max(128),
      detail: z.string().max(200),
    }),
  }),
} as const;
