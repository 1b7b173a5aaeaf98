import { Problem, type ProblemCode } from './client.ts';

/** What happened and what to do about it, for the person in front of the page. */
export interface Said {
  readonly title: string;
  readonly text: string;
}

/** Where the words of the catalogue, which are for strangers too, can say more to an operator. */
const WORDS: Partial<Record<ProblemCode, Said>> = {
  unreachable: {
    title: 'Holdfast does not answer',
    text: 'The process was stopped, or it is starting. Nothing was changed; this page tries again by itself.',
  },
  'answer-unreadable': {
    title: 'An answer could not be read',
    text: 'The console and the server may be of different versions. Reload the page.',
  },
  'permission-missing': {
    title: 'Your role may not do this',
    text: 'An owner or an administrator can, or can give you a role that may.',
  },
  'precondition-failed': {
    title: 'Somebody else changed it meanwhile',
    text: 'Look at what it is now, then change it again.',
  },
  'rate-limited': { title: 'Too many calls', text: 'Wait a second, then try again.' },
  'request-unknown': {
    title: 'No such request',
    text: 'Plain allowed requests are kept in memory for a while only; everything that was found, blocked or refused stays.',
  },
};

/** The one place where an error becomes words. */
export function sayProblem(error: unknown): Said {
  if (!(error instanceof Problem))
    return { title: 'This page failed', text: 'Reload it. If it fails again, the terminal of Holdfast shows why.' };
  const { code, title, message, requestId, errors } = error;
  const known = WORDS[code];
  if (known !== undefined) return known;
  const first = errors[0];
  const field = first === undefined ? '' : ` ${first.pointer.slice(1)}: ${first.detail}.`;
  const trace = error.status >= 500 && requestId !== null ? ` The log names it by ${requestId}.` : '';
  return { title: title === '' ? 'It was not done' : title, text: `${message}${field}${trace}` };
}

/** What is wrong with one field, by its JSON pointer. */
export function faultOf(error: unknown, pointer: string): string | null {
  if (!(error instanceof Problem)) return null;
  return error.errors.find((fault) => fault.pointer === pointer)?.detail ?? null;
}
