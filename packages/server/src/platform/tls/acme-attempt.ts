import type { ChallengeBook } from './acme-challenges.ts';
import { openAccount, unreachableCause } from './acme-directory.ts';
import type { AcmeDirectory } from './acme-directory.ts';
import { CHALLENGE_KINDS, runOrder } from './acme-order.ts';
import type { ChallengeKind, OrderStage } from './acme-order.ts';
import type { KeyStore } from './key-store.ts';
import type { PairPem } from './pair.ts';

export const ORDER_TIMEOUT_MS = 600_000;
const DETAIL_CHARS_MAX = 300;

export interface AttemptRequest {
  readonly directory: AcmeDirectory;
  readonly names: readonly string[];
  readonly challenges: readonly ChallengeKind[] | undefined;
  readonly keys: KeyStore;
  readonly book: ChallengeBook;
  readonly now: () => number;
  readonly onAnswersChanged: (() => Promise<void>) | undefined;
  readonly timeoutMs: number | undefined;
}

export type Attempt =
  | { readonly kind: 'ordered'; readonly pem: PairPem }
  | {
      readonly kind: 'failed';
      readonly fault: 'directory-refused' | 'directory-unreachable';
      readonly stage: OrderStage;
      readonly detail: string;
    }
  /** `lingering` settles, and never rejects, when the abandoned order has really ended. */
  | { readonly kind: 'timed-out'; readonly stage: OrderStage; readonly lingering: Promise<unknown> };

/** One order within a time limit. The library cannot be cancelled: a late result is dropped, and its own retries are bounded. */
export async function attemptOrder(request: AttemptRequest): Promise<Attempt> {
  let stage: OrderStage = 'account';
  const work = async (): Promise<Attempt> => {
    const client = await openAccount(request.directory, request.keys);
    const pem = await runOrder({
      client,
      names: request.names,
      challenges: request.challenges ?? CHALLENGE_KINDS,
      book: request.book,
      now: request.now,
      onAnswersChanged: request.onAnswersChanged ?? (() => Promise.resolve()),
      onStage: (next) => void (stage = next),
    });
    return { kind: 'ordered', pem };
  };
  const explain = async (error: unknown): Promise<Attempt> => {
    const at = stage;
    const cause = error instanceof TypeError ? await unreachableCause(request.directory) : undefined;
    const fault = cause === undefined ? 'directory-refused' : 'directory-unreachable';
    return { kind: 'failed', fault, stage: at, detail: plainText(cause ?? error) };
  };
  const settled = work().catch(explain);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Attempt>((resolve) => {
    const giveUp = (): void => resolve({ kind: 'timed-out', stage, lingering: settled });
    timer = setTimeout(giveUp, request.timeoutMs ?? ORDER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The words of an error as one printable, bounded line: a directory's answer is foreign text. */
export function plainText(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  return text.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, DETAIL_CHARS_MAX);
}
