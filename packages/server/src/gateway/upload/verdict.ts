import type { FileFinding, ScannerVerdict, UploadSettings } from '@holdfast/contract';
import { FILE_LIMITS } from '@holdfast/inspect';
import type { FilePolicy } from '@holdfast/inspect';
import type { TakenFile } from './take/taken-body.ts';

/** What the application gets instead of the octets that came. */
export interface Delivered {
  readonly how: 'stripped' | 'reencoded';
  readonly bytes: number;
  readonly hash: string;
}

/** What is known of one file of a request. */
export interface SeenFile {
  readonly file: TakenFile;
  /** By content; null = nobody knows it. */
  readonly foundType: string | null;
  /** May be handed on instead of the name that came. */
  readonly name: string;
  readonly findings: FileFinding[];
  /** Other files may lie in it: it is of a type that holds some, or not quite what it seems. */
  readonly mayHoldFiles: boolean;
  scans: readonly ScannerVerdict[];
  /** An operator let these bytes pass. */
  isReleased: boolean;
}

const ACTIVE: ReadonlySet<string> = new Set([
  'active-svg',
  'active-html',
  'active-pdf',
  'macro',
  'external-reference',
  'embedded-object',
]);
/** Told apart from what is wrong with a file: it is held, in every mode. */
export const UNJUDGED = 'unjudged';
const LOCKED: ReadonlySet<string> = new Set(['archive-encrypted', 'document-encrypted']);

/** Settings of a route are compiled once for a snapshot (`route-settings.ts`). */
const policies = new WeakMap<UploadSettings, FilePolicy>();

/** What the settings of an application mean for the judge. Without types for what is only scanned. */
export function filePolicy(settings: UploadSettings): FilePolicy {
  const held = policies.get(settings);
  if (held !== undefined) return held;
  const made = makePolicy(settings);
  policies.set(settings, made);
  return made;
}

function makePolicy({ archives, types }: UploadSettings): FilePolicy {
  const { depthMax, entriesMax, ratioMax, unpackedBytesMax } = archives;
  return {
    limits: { ...FILE_LIMITS, depthMax, entriesMax, ratioMax, unpackedBytesMax },
    types: new Set(types),
    memberTypes: null,
  };
}

/** What one finding means; everything that is not a matter of policy is refused. */
export function meaningOf({ code }: FileFinding, settings: UploadSettings): 'refuse' | 'hold' | 'allow' {
  if (code === UNJUDGED) return 'allow';
  if (ACTIVE.has(code)) return settings.activeContent;
  return LOCKED.has(code) ? settings.archives.encrypted : 'refuse';
}

/** The first finding that is refused, and whether one asks for an operator. */
export function weigh(findings: readonly FileFinding[], settings: UploadSettings): FileFinding | 'hold' | 'pass' {
  const refused = findings.find((finding) => meaningOf(finding, settings) === 'refuse');
  if (refused !== undefined) return refused;
  return findings.some((finding) => meaningOf(finding, settings) === 'hold') ? 'hold' : 'pass';
}

export const isInfected = ({ scans, findings }: SeenFile): boolean =>
  scans.some(({ verdict }) => verdict === 'infected') || findings.some(({ code }) => code === 'listed');

/** Nobody could look into it, or not with every scanner. */
export const isUnscanned = ({ scans, findings }: SeenFile): boolean =>
  scans.some(({ verdict }) => verdict === 'failed') || findings.some(({ code }) => code === UNJUDGED);
