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

/**
 * Words for whatever was thrown by the command of that name. An unknown error never shows its message: it can hold paths, SQL
 * or secrets.
 */
export function tell(error: unknown, command = ''): Told {
  if (error instanceof UsageFault) {
    const next = error.next ?? `holdfast ${command} --help`.replace('  ', ' ');
    return { code: 'usage', what: 'Wrong usage', why: error.message, next, errors: [], exit: EXIT.usage };
  }
  if (error instanceof Interrupted) {
    return { code: 'interrupted', what: 'Interrupted', why: error.message, next: '', errors: [], exit: EXIT.interrupted };
  }
  if (error instanceof NotConfirmed) {
    return { code: 'not-confirmed', what: 'Not confirmed', why: error.message, next: error.next, errors: [], exit: EXIT.unsafe };
  }
  const said = wordsOf(error);
  const { title, next } = PROBLEMS[said.code];
  return { next, errors: [], ...said, what: title, exit: EXIT_OF_PROBLEM[said.code] };
}

type Said = { readonly code: ProblemCode } & Pick<Told, 'why'> & Partial<Pick<Told, 'next' | 'errors'>>;

function wordsOf(error: unknown): Said {
  if (error instanceof Refusal) {
    // What was called by a command is no address: the name or id in it is what somebody typed.
    const isBare = error.code === 'not-found' && error.message === PROBLEMS['not-found'].detail;
    const why = isBare ? 'Nothing here has the name or id that was given.' : error.message;
    return { code: error.code, why, errors: error.errors };
  }
  if (error instanceof Unreachable) return { code: 'server-unreachable', why: error.message };
  const why = whyOfSystem(error);
  if (why !== null) return { code: 'file-unusable', why };
  return { code: 'internal', why: PROBLEMS.internal.detail, next: 'run it again with HOLDFAST_DEBUG=1, then: holdfast logs' };
}

/** What the system says of files, errno(3), without the path: it may be one that nobody named. */
const WHY_OF_SYSTEM: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'The system does not let this user read or write a file that is needed.'],
  ['EPERM', 'The system does not let this user read or write a file that is needed.'],
  ['EROFS', 'A file cannot be written: its disk is read-only.'],
  ['ENOSPC', 'A file cannot be written: no space is left on its disk.'],
  ['EDQUOT', 'A file cannot be written: the quota of its disk is used up.'],
  ['EFBIG', 'A file cannot be written: it would be larger than the system lets it be.'],
  ['ENOENT', 'A file or folder that is needed is not there.'],
  ['ENOTDIR', 'Something that is no folder stands where a folder is needed.'],
  ['EISDIR', 'A folder stands where a file is needed.'],
  ['ELOOP', 'A path leads through too many links.'],
  ['ENAMETOOLONG', 'The name of a file is longer than the system takes.'],
  ['EMFILE', 'This process may not open more files.'],
  ['ENFILE', 'The system may not open more files.'],
  ['EIO', 'The disk failed while a file was read or written.'],
]);

function whyOfSystem(error: unknown): string | null {
  const code = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? (WHY_OF_SYSTEM.get(code) ?? null) : null;
}
