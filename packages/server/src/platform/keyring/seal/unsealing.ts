import type { SealStatus, sealEvents } from '@holdfast/contract';
import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { isRefusal, Refusal } from '../../refusal.ts';
import type { RootKey } from '../root-key.ts';
import type { Given, RootKeyProvider } from './provider.ts';
import type { SealGiver, SealInput } from './seal-port.ts';
import { parseShare, type Share } from './share.ts';

type RefusedTry = z.infer<typeof sealEvents.unsealRefused.payload>;

/** Each is recorded when the ledger is there; who tries more often than this has been seen. */
const REFUSALS_KEPT_MAX = 100;
/** A try with a passphrase takes 64 MiB and half a second: one at a time, and few may wait. */
const WAITING_MAX = 4;
const PAUSE_FIRST_MS = 1000;
const PAUSE_MAX_MS = 60_000;

export interface UnsealingParts {
  readonly provider: RootKeyProvider;
  readonly clock: Clock;
  readonly log: Log;
}

function unopened({ wants }: RootKeyProvider, detail: string): Refusal {
  const pointer = wants?.kind === 'shares' ? '/share' : '/passphrase';
  return new Refusal('unseal-refused', { detail, errors: [{ pointer, detail }] });
}

/** What there is to say of a root key as it is kept, whether it is there or not. */
export function describeSeal(
  { kind, rootKey, wants }: RootKeyProvider,
  given = 0,
): Pick<SealStatus, 'kind' | 'rootKey' | 'wants' | 'shares'> {
  const shares = wants?.kind === 'shares' ? { set: wants.set, need: wants.need, of: wants.of, given } : null;
  return { kind, rootKey, wants: wants?.kind ?? 'nothing', shares };
}

/**
 * Gathers what opens the root key. Whoever can reach it may try, because knowing is the right; so tries that come over the network
 * port are slowed down after each one that failed, and those of the operator of the host never are.
 */
export class Unsealing {
  /** The root key, once; then nothing more is taken. */
  readonly opened: Promise<RootKey>;
  readonly #parts: UnsealingParts;
  readonly #since: number;
  readonly #begunMs: number;
  readonly #resolve: (root: RootKey) => void;
  readonly #shares = new Map<number, Share>();
  readonly #tries: RefusedTry[] = [];
  #isOpen = false;
  #refusedCount = 0;
  #pausedUntilMs = 0;
  #waiting = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(parts: UnsealingParts) {
    const { promise, resolve } = Promise.withResolvers<RootKey>();
    this.opened = promise;
    this.#resolve = resolve;
    this.#parts = parts;
    this.#since = parts.clock.now();
    this.#begunMs = parts.clock.monotonicMs();
  }

  /** What did not open it, the first ones in detail. */
  get refused(): { readonly count: number; readonly tries: readonly RefusedTry[] } {
    return { count: this.#refusedCount, tries: this.#tries };
  }

  get sealedMs(): number {
    return Math.round(this.#parts.clock.monotonicMs() - this.#begunMs);
  }

  status(): SealStatus {
    return {
      ...describeSeal(this.#parts.provider, this.#shares.size),
      isSealed: !this.#isOpen,
      since: this.#isOpen ? null : this.#since,
      refusedTries: this.#refusedCount,
    };
  }

  reset(): SealStatus {
    this.#shares.clear();
    return this.status();
  }

  async unseal(input: SealInput, giver: SealGiver): Promise<SealStatus> {
    const pauseMs = giver.isHostOperator ? 0 : this.#pausedUntilMs - this.#parts.clock.monotonicMs();
    if (pauseMs > 0) throw new Refusal('rate-limited', { retryAfterSeconds: Math.ceil(pauseMs / 1000) });
    if (this.#waiting >= WAITING_MAX) throw new Refusal('rate-limited', { retryAfterSeconds: 1 });
    this.#waiting += 1;
    const turn = this.#tail.then(() => this.#take(input, giver));
    this.#tail = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      this.#waiting -= 1;
    }
    return this.status();
  }

  async #take(input: SealInput, giver: SealGiver): Promise<void> {
    if (this.#isOpen) return;
    const { provider } = this.#parts;
    switch (input.kind) {
      case 'share':
        return this.#takeShare(input.share);
      case 'passphrase':
        if (provider.wants?.kind !== 'passphrase')
          throw this.#refuse('unexpected', 'This root key is not kept with a passphrase.');
        return this.#openWith({ kind: 'passphrase', passphrase: Buffer.from(input.passphrase) });
      case 'own':
        if (!giver.isHostOperator) throw new Refusal('permission-missing');
        return this.#fetch();
      default:
        return input satisfies never;
    }
  }

  async #takeShare(text: string): Promise<void> {
    const { wants } = this.#parts.provider;
    if (wants?.kind !== 'shares') throw this.#refuse('unexpected', 'This root key is not kept in shares.');
    const reading = parseShare(text);
    if (reading.kind === 'refused') {
      const isOther = reading.fault === 'none';
      throw this.#refuse('damaged', isOther ? 'This is no share: one begins with hfs1-.' : 'This share is damaged or mistyped.');
    }
    const { share } = reading;
    const name = `Share ${share.index}`;
    if (share.set !== wants.set || share.need !== wants.need)
      throw this.#refuse('foreign', `${name} belongs to set ${share.set}; set ${wants.set} is wanted.`);
    const before = this.#shares.get(share.index);
    if (before !== undefined && !Buffer.from(before.bytes).equals(share.bytes))
      throw this.#refuse('conflicting', `${name} was given already, with another content: reset, and give all shares again.`);
    this.#shares.set(share.index, share);
    if (this.#shares.size >= wants.need) await this.#openWith({ kind: 'shares', shares: [...this.#shares.values()] });
  }

  async #openWith(given: Given): Promise<void> {
    try {
      this.#finish(await this.#parts.provider.open(given));
    } catch (error) {
      this.#shares.clear();
      throw isRefusal(error, 'unseal-refused') ? this.#refuse('wrong', error.message) : error;
    }
  }

  async #fetch(): Promise<void> {
    const { provider } = this.#parts;
    const root = await provider.fetch();
    if (root !== null) return this.#finish(root);
    const detail = provider.kind === 'file' ? `There is no key file ${provider.place}.` : `It takes ${provider.place}.`;
    throw unopened(provider, detail);
  }

  #finish(root: RootKey): void {
    this.#isOpen = true;
    this.#shares.clear();
    this.#resolve(root);
  }

  #refuse(cause: RefusedTry['cause'], detail: string): Refusal {
    const { provider, clock, log } = this.#parts;
    this.#refusedCount += 1;
    const pauseMs = PAUSE_FIRST_MS * 2 ** Math.min(this.#refusedCount - 1, 16);
    this.#pausedUntilMs = clock.monotonicMs() + Math.min(PAUSE_MAX_MS, pauseMs);
    if (this.#tries.length < REFUSALS_KEPT_MAX) this.#tries.push({ kind: provider.kind, cause, at: clock.now() });
    log.warn({ cause, refused_tries: this.#refusedCount }, 'what was given does not open the seal');
    // The words are ours, and whoever brings a share must know which one is bad.
    return unopened(provider, detail);
  }
}
