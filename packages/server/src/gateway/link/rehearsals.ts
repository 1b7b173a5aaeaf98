import { REHEARSED_ADDRESSES_MAX, type DownMessage, type GatewayPatch, type Rehearsed } from '@holdfast/contract';

/** A gateway that does not answer in this time is counted as one that holds nothing. */
const ANSWER_MS = 10_000;
const WAITING_MAX = 16;
const NOTHING: Rehearsed = { requests: 0, unjudged: 0, touched: 0, addresses: [] };

export interface Rehearsals {
  /** Hands the question to so many gateways, and adds up what they answer. Never rejects. */
  ask(patch: GatewayPatch, gateways: readonly ((message: DownMessage) => void)[]): Promise<Rehearsed>;
  settle(id: number, result: Rehearsed): void;
}

interface Waiting {
  sum: Rehearsed;
  left: number;
  readonly done: (sum: Rehearsed) => void;
}

const add = (left: Rehearsed, right: Rehearsed): Rehearsed => ({
  requests: left.requests + right.requests,
  unjudged: left.unjudged + right.unjudged,
  touched: left.touched + right.touched,
  addresses: [...new Set([...left.addresses, ...right.addresses])].slice(0, REHEARSED_ADDRESSES_MAX),
});

/** The control plane's end of the question what a patch would do to the requests that gateways hold. */
export function createRehearsals(answerMs: number = ANSWER_MS): Rehearsals {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  return {
    ask(patch, gateways) {
      if (gateways.length === 0 || waiting.size >= WAITING_MAX) return Promise.resolve(NOTHING);
      lastId += 1;
      const id = lastId;
      // oxlint-disable-next-line promise/avoid-new -- the answers are messages
      return new Promise((resolve) => {
        const timer = setTimeout(() => done(waiting.get(id)?.sum ?? NOTHING), answerMs);
        const done = (sum: Rehearsed): void => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(sum);
        };
        waiting.set(id, { sum: NOTHING, left: gateways.length, done });
        for (const tell of gateways) tell({ kind: 'rehearse', id, patch });
      });
    },
    settle(id, result) {
      const asked = waiting.get(id);
      if (asked === undefined) return;
      asked.sum = add(asked.sum, result);
      asked.left -= 1;
      if (asked.left === 0) asked.done(asked.sum);
    },
  };
}
