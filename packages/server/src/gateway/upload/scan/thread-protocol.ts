import type { FileClaim, FileJudgement, FileLimits, FilePolicy } from '@holdfast/inspect';
import type { Stripped } from '../images/strip-picture.ts';
import type { RuleHit } from '../../../platform/yara/rule-set.ts';

/** A descriptor is a number that is good in every thread; octets in memory are copied over. */
export type ThreadContent =
  | { readonly kind: 'memory'; readonly size: number; readonly bytes: Uint8Array }
  | { readonly kind: 'disk'; readonly size: number; readonly fd: number; readonly clearedBy: string | null };

export type UploadWork =
  | { readonly kind: 'judge'; readonly content: ThreadContent; readonly claim: FileClaim; readonly policy: FilePolicy }
  /** The file itself, then every file in it. */
  | { readonly kind: 'scan'; readonly content: ThreadContent; readonly limits: FileLimits; readonly mayHoldFiles: boolean }
  | { readonly kind: 'strip'; readonly content: ThreadContent; readonly type: string };

export interface UploadJob {
  readonly id: number;
  readonly work: UploadWork;
}

export interface MemberHit {
  readonly place: string;
  readonly hit: RuleHit;
}

export type UploadAnswer =
  | { readonly id: number; readonly kind: 'judged'; readonly judgement: FileJudgement }
  | { readonly id: number; readonly kind: 'scanned'; readonly hits: readonly MemberHit[]; readonly version: string }
  /** Null = it cannot be taken apart. */
  | { readonly id: number; readonly kind: 'stripped'; readonly stripped: Stripped | null }
  /** Nothing can be scanned: no binary for this platform, or no rules that compile. */
  | { readonly id: number; readonly kind: 'failed'; readonly detail: string };
