import type { Answer, Ask, UpMessage } from '@holdfast/contract';

/**
 * Questions that wait for an answer in one gateway; more are answered `failed` at once. Each kind has its own: whoever floods
 * the sign-in page must not keep those out who have signed in.
 */
const WAITING_MAX: Readonly<Record<Ask['kind'], number>> = {
  session: 1024,
  account: 256,
  page: 128,
  'sign-in-try': 512,
  'sign-in-success': 512,
  'upload-known': 256,
  'upload-keep': 64,
  'upload-stored': 64,
};
/** A counter for each kind of question. */
export const noneOfEach = (): Record<Ask['kind'], number> => ({
  session: 0,
  account: 0,
  page: 0,
  'sign-in-try': 0,
  'sign-in-success': 0,
  'upload-known': 0,
  'upload-keep': 0,
  'upload-stored': 0,
});
const SESSION_ANSWER_MS = 2000;
/** A page may check a password, which is slow on purpose, behind others that do the same; to keep a file writes a row. Whoever sent a file waits anyway. */
const PAGE_ANSWER_MS = 10_000;
const SLOW: ReadonlySet<Ask['kind']> = new Set(['page', 'upload-known', 'upload-keep', 'upload-stored']);
const FAILED: Answer = { kind: 'failed' };

export interface Asks {
  /** Never rejects: no answer in time, too many questions or no control plane are `failed`. */
  ask(ask: Ask): Promise<Answer>;
  settle(id: number, answer: Answer): void;
  /** Nobody will answer any more. */
  close(): void;
}

export interface AsksParts {
  readonly send: (message: UpMessage) => void;
  readonly sessionAnswerMs?: number;
  readonly pageAnswerMs?: number;
}

interface Waiting {
  readonly kind: Ask['kind'];
  readonly settle: (answer: Answer) => void;
}

/** The questions of one gateway to its control plane, by number. */
export function createAsks({ send, sessionAnswerMs = SESSION_ANSWER_MS, pageAnswerMs = PAGE_ANSWER_MS }: AsksParts): Asks {
  const waiting = new Map<number, Waiting>();
  const counts = noneOfEach();
  let lastId = 0;
  let isClosed = false;
  return {
    ask(ask) {
      const { kind } = ask;
      if (isClosed || counts[kind] >= WAITING_MAX[kind]) return Promise.resolve(FAILED);
      counts[kind] += 1;
      lastId += 1;
      const id = lastId;
      // oxlint-disable-next-line promise/avoid-new -- the answer is a message
      return new Promise((resolve) => {
        const settle = (answer: Answer): void => {
          clearTimeout(timer);
          if (waiting.delete(id)) counts[kind] -= 1;
          resolve(answer);
        };
        const timer = setTimeout(() => settle(FAILED), SLOW.has(kind) ? pageAnswerMs : sessionAnswerMs);
        waiting.set(id, { kind, settle });
        send({ kind: 'ask', id, ask });
      });
    },
    settle(id, answer) {
      const question = waiting.get(id);
      // An answer to something else is no answer.
      if (question !== undefined) question.settle(answer.kind === question.kind ? answer : FAILED);
    },
    close() {
      isClosed = true;
      for (const { settle } of waiting.values()) settle(FAILED);
    },
  };
}
