import type { RescanView } from '@holdfast/contract';
import { setImmediate as pause } from 'node:timers/promises';
import { isRefusal } from '../../../platform/refusal.ts';
import { tablesOf } from '../change.ts';
import { judgeAgain } from './scan-kept.ts';
import type { UploadParts } from './upload-parts.ts';
import { isClean, isInfected } from './upload-rules.ts';
import { changeUpload, countBehind, forgetJudgement, readBehind, type UploadRow } from './upload-store.ts';

const BATCH = 20;
/** A file that cannot be read is not tried each half minute. */
const UNREADABLE_RETRY_MS = 3_600_000;

export interface Rescan extends AsyncDisposable {
  view(): Promise<RescanView>;
  /** Has all, or one, scanned again. */
  restart(id: string | null): Promise<void>;
  /** Looks at what the rules in force have not seen, one after the other; resolves when nothing is left that can be looked at. */
  run(): Promise<void>;
}

/**
 * What it has done stands in the rows, so it goes on after a restart where it was. With a scanner that is away nothing is lost: what
 * it could not look at stays as it is.
 */
export function createRescan(parts: UploadParts, rules: () => Promise<string | null>): Rescan {
  let running: Promise<void> | null = null;
  let isStopping = false;
  let done = 0;
  let trouble: string | null = null;

  /** False = no scanner could look: the others wait too. */
  const judge = async (row: UploadRow): Promise<boolean> => {
    try {
      const { scans, state } = await judgeAgain(parts, row);
      if (state !== 'gone' && !isClean(scans) && !isInfected(scans)) {
        trouble = scans.find(({ verdict }) => verdict === 'failed')?.detail ?? 'no scanner could look';
        return false;
      }
      done += 1;
    } catch (error) {
      if (!isRefusal(error, 'upload-unreadable')) throw error;
      trouble = `the bytes of ${row.id} are not there, or do not open`;
      await changeUpload(tablesOf(parts.db), row.id, { retry_at: parts.clock.now() + UNREADABLE_RETRY_MS });
    }
    return true;
  };
  const goThrough = async (): Promise<void> => {
    trouble = null;
    // Each once: rules that reach one process before another must not have it go round for ever.
    let after = '';
    for (;;) {
      const version = await rules();
      if (version === null) return;
      const asked = { rules: version, now: parts.clock.now(), limit: BATCH, after };
      const due = await readBehind(tablesOf(parts.db), parts.node, asked);
      if (due.length === 0) return;
      after = due.at(-1)?.id ?? '';
      for (const row of due) {
        if (isStopping || !(await judge(row))) return;
        await pause();
      }
    }
  };
  return {
    async view() {
      const version = await rules();
      const behind = await countBehind(tablesOf(parts.db), parts.node, version ?? '');
      const state = running !== null ? 'running' : behind > 0 ? 'waiting' : 'idle';
      return { state, behind, done, trouble };
    },
    async restart(id) {
      await forgetJudgement(tablesOf(parts.db), id);
      done = 0;
    },
    async run() {
      running ??= goThrough().finally(() => {
        running = null;
      });
      await running;
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await running?.catch(() => {});
    },
  };
}
