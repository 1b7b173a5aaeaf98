import { judgeWhole } from './judge.ts';
import type { FileBytes, FileCode, FileLimits, Member, WalkResult } from './types.ts';

/** Takes the octets of one member in order; undefined = this member is of no interest. */
export type VisitMember = (member: Member) => ((chunk: Uint8Array) => void) | undefined;

/** Findings that mean: something inside was not shown. */
const UNSEEN: ReadonlySet<FileCode> = new Set<FileCode>([
  'archive-bomb',
  'archive-depth',
  'archive-entries',
  'archive-encrypted',
  'archive-opaque',
  'document-encrypted',
  'structure-broken',
  'unfinished',
]);

/**
 * Shows every file inside a file, of all levels within the limits, so that a scanner sees what is packed. Containers are shown too,
 * unpacked from their own container. A chunk is valid until the visit returns. `judgeFile` does the same on its way when it is given
 * a `visit`.
 *
 * @example walkMembers(zip, FILE_LIMITS, ({ place }) => (chunk) => hash.update(chunk))
 */
export function walkMembers(bytes: FileBytes, limits: FileLimits, visit: VisitMember): WalkResult {
  const { judging } = judgeWhole(bytes, { name: '', type: null }, { limits, types: null, memberTypes: null, visit });
  return { findings: judging.notes.findings.filter(({ code }) => UNSEEN.has(code)), members: judging.members };
}
