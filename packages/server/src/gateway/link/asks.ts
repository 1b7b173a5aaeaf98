import type { Answer, Ask, UpMessage } from '@holdfast/contract';

/** Questions that wait for an answer in one gateway; more are answered `failed` at once. */
const WAITING_MAX = 1024;
const SESSION_ANSWER_MS = 2000;
/** A page may check a password, which is slow on purpose, behind others that do the same. */
const PAGE_ANSWER_MS = 10_000;
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
  let lastId = 0;
  let isClosed = false;
  return {
    ask(ask) {
      if (isClosed || waiting.size >= WAITING_MAX) return Promise.resolve(FAILED);
      lastId += 1;
      const id = lastId;
      // oxlint-disable-next-line promise/avoid-new -- the answer is a message
      return new Promise((resolve) => {
        const settle = (answer: Answer): void => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(answer);
        };
        const timer = setTimeout(() => settle(FAILED), ask.kind === 'session' ? sessionAnswerMs : pageAnswerMs);
        waiting.set(id, { kind: ask.kind, settle });
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
