import { PROBLEMS, type ProblemCode } from '@holdfast/contract';
import { Refusal } from '../../platform/refusal.ts';
import { EXIT, EXIT_OF_PROBLEM, type ExitCode } from '../exit-codes.ts';
import { Interrupted, NotConfirmed, Unreachable, UsageFault } from '../fault.ts';

/** The four parts of every error: what happened, why, the next command, a code that stays the same. */
export interface Told {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly next: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string; readonly line?: number }[];
  readonly exit: ExitCode;
}

/** Words for whatever was thrown. An unknown error never shows its message: it can hold paths, SQL or secrets. */
export function tell(error: unknown): Told {
  if (error instanceof UsageFault) {
    return { code: 'usage', what: 'Wrong usage', why: error.message, next: error.next, errors: [], exit: EXIT.usage };
  }
  if (error instanceof Interrupted) {
    return { code: 'interrupted', what: 'Interrupted', why: error.message, next: '', errors: [], exit: EXIT.interrupted };
  }
  if (error instanceof NotConfirmed) {
    return { code: 'not-confirmed', what: 'Not confirmed', why: error.message, next: error.next, errors: [], exit: EXIT.unsafe };
  }
  const code = codeOf(error);
  const { title, next, detail } = PROBLEMS[code];
  const exit = EXIT_OF_PROBLEM[code];
  if (error instanceof Unreachable) return { code, what: title, why: error.message, next, errors: [], exit };
  if (error instanceof Refusal) return { code, what: title, why: error.message, next, errors: error.errors, exit };
  return { code, what: title, why: detail, next: 'run it again with HOLDFAST_DEBUG=1, then: holdfast logs', errors: [], exit };
}

function codeOf(error: unknown): ProblemCode {
  if (error instanceof Refusal) return error.code;
  return error instanceof Unreachable ? 'server-unreachable' : 'internal';
}
