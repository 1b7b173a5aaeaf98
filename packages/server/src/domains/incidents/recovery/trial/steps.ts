import type { DrillStep } from '@holdfast/contract';
import { isRefusal } from '../../../../platform/refusal.ts';

const DETAIL_CHARS_MAX = 500;

/** Steps with their times; after one that failed none is taken. */
export interface Steps {
  /** `null` from `run` = the step does not apply here, and says why. */
  take<Result>(name: string, run: () => Promise<Said<Result>>): Promise<Result | null>;
  readonly list: readonly DrillStep[];
  readonly hasFailed: boolean;
}

export interface Said<Result> {
  readonly detail: string;
  readonly result: Result;
  readonly isSkipped?: boolean;
}

/** What is wrong, in words for whoever reads the report. */
export class StepFault extends Error {}

export function createSteps(nowMs: () => number): Steps {
  const list: DrillStep[] = [];
  return {
    list,
    get hasFailed() {
      return list.some(({ state }) => state === 'failed');
    },
    async take(name, run) {
      if (list.some(({ state }) => state === 'failed')) return null;
      const began = nowMs();
      const tookMs = (): number => Math.max(0, Math.round(nowMs() - began));
      try {
        const { detail, result, isSkipped = false } = await run();
        list.push({ name, state: isSkipped ? 'skipped' : 'passed', tookMs: tookMs(), detail: detail.slice(0, DETAIL_CHARS_MAX) });
        return result;
      } catch (error) {
        list.push({ name, state: 'failed', tookMs: tookMs(), detail: wordsOf(error).slice(0, DETAIL_CHARS_MAX) });
        return null;
      }
    },
  };
}

/** Other errors name paths and statements, which are no business of a report. */
function wordsOf(error: unknown): string {
  if (error instanceof StepFault || isRefusal(error)) return error.message;
  return error instanceof Error ? `It failed: ${error.name}.` : 'It failed.';
}
