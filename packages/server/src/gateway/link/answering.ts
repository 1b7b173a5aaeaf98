import { ENDED_SESSIONS_MAX } from '@holdfast/contract';
import type { Answer, Ask, DownMessage } from '@holdfast/contract';
import type { GatewayLog } from '../log.ts';
import { noneOfEach } from './asks.ts';

export type AskHandler = (ask: Ask) => Promise<Answer>;

/** Questions of all gateways that are being answered, by kind; more are answered `failed` at once. */
const ANSWERING_MAX: Readonly<Record<Ask['kind'], number>> = {
  session: 4096,
  account: 1024,
  page: 256,
  'sign-in-try': 2048,
  'sign-in-success': 2048,
  'upload-known': 1024,
  'upload-keep': 256,
  'upload-stored': 256,
};
const FAILED: Answer = { kind: 'failed' };

export interface Answering {
  onAsk(handler: AskHandler): void;
  /** Calls `reply` exactly once. */
  take(ask: Ask, reply: (answer: Answer) => void): void;
}

/** The control plane's end of the questions: without a handler, and when it fails, the answer says that nothing is known. */
export function createAnswering(log: GatewayLog): Answering {
  let handler: AskHandler | null = null;
  const answering = noneOfEach();
  const answer = async (ask: Ask): Promise<Answer> => {
    const { kind } = ask;
    if (handler === null || answering[kind] >= ANSWERING_MAX[kind]) return FAILED;
    answering[kind] += 1;
    try {
      return await handler(ask);
    } catch (cause) {
      // Never the question: it may hold what somebody typed.
      log.error({ cause, kind }, 'a question of a gateway was not answered');
      return FAILED;
    } finally {
      answering[kind] -= 1;
    }
  };
  return {
    onAsk(given) {
      handler = given;
    },
    take: (ask, reply) => void answer(ask).then(reply, () => undefined),
  };
}

/** The messages that tell of ended sessions, as many as are needed. */
export function endedMessages(hashes: readonly string[]): DownMessage[] {
  const messages: DownMessage[] = [];
  for (let at = 0; at < hashes.length; at += ENDED_SESSIONS_MAX)
    messages.push({ kind: 'sessions-ended', hashes: hashes.slice(at, at + ENDED_SESSIONS_MAX) });
  return messages;
}
