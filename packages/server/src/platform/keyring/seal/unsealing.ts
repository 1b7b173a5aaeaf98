import type { SealStatus, sealEvents } from '@holdfast/contract';
import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { isRefusal, Refusal } from '../../refusal.ts';
import type { RootKey } from '../root-key.ts';
import type { RootKeyProvider } from './provider.ts';
import type { SealGiver, SealInput } from './seal-port.ts';
import { parseShare, type Share } from './share.ts';

type RefusedTry = z.infer<typeof sealEvents.unsealRefused.payload>;
type Cause = RefusedTry['cause'];

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

export interface Unsealing {
  status(): SealStatus;
  unseal(input: SealInput, giver: SealGiver): Promise<SealStatus>;
  reset(): SealStatus;
  /** The root key, once; then nothing more is taken. */
  readonly opened: Promise<RootKey>;
  /** What did not open it, the first ones in detail. */
  readonly refused: { readonly count: number; readonly tries: readonly RefusedTry[] };
  readonly sealedMs: number;
}

/**
 * Gathers what opens the root key. Whoever can reach it may try, because knowing is the right; so tries that come over the network
 * port are slowed down after each one that failed, and those of the operator of the host never are.
 */
export function createUnsealing({ provider, clock, log }: UnsealingParts): Unsealing {
  const since = clock.now();
  const begun = clock.monotonicMs();
  const given = new Map<number, Share>();
  const tries: RefusedTry[] = [];
  const { promise: opened, resolve } = Promise.withResolvers<RootKey>();
  let isOpen = false;
  let refusedCount = 0;
  let pausedUntilMs = 0;
  let waiting = 0;
  let tail: Promise<unknown> = Promise.resolve();

  const status = (): SealStatus => ({
    isSealed: !isOpen,
    kind: provider.kind,
    since: isOpen ? null : since,
    rootKey: provider.rootKey,
    wants: provider.wants?.kind ?? 'nothing',
    shares:
      provider.wants?.kind === 'shares'
        ? { set: provider.wants.set, need: provider.wants.need, of: provider.wants.of, given: given.size }
        : null,
    refusedTries: refusedCount,
  });
  const refuse = (cause: Cause, detail: string): Refusal => {
    refusedCount += 1;
    pausedUntilMs = clock.monotonicMs() + Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** Math.min(refusedCount - 1, 16));
    if (tries.length < REFUSALS_KEPT_MAX) tries.push({ kind: provider.kind, cause, at: clock.now() });
    log.warn({ cause, refused_tries: refusedCount }, 'what was given does not open the seal');
    return new Refusal('unseal-refused', { detail, errors: [{ pointer: '', detail }] });
  };
  const finish = (root: RootKey): void => {
    isOpen = true;
    given.clear();
    resolve(root);
  };
  const openWith = async (...[what, cause]: [Parameters<RootKeyProvider['open']>[0], Cause]): Promise<void> => {
    try {
      finish(await provider.open(what));
    } catch (error) {
      given.clear();
      throw isRefusal(error, 'unseal-refused') ? refuse(cause, error.message) : error;
    }
  };
  const takeShare = async (text: string): Promise<void> => {
    const { wants } = provider;
    if (wants?.kind !== 'shares') throw refuse('unexpected', 'This root key is not kept in shares.');
    const reading = parseShare(text);
    if (reading.kind === 'refused')
      throw refuse(
        'damaged',
        reading.fault === 'none' ? 'This is not a share: one begins with hfs1-.' : 'This share is damaged or mistyped.',
      );
    const { share } = reading;
    const name = `Share ${share.index}`;
    if (share.set !== wants.set || share.need !== wants.need)
      throw refuse('foreign', `${name} belongs to set ${share.set}; set ${wants.set} is wanted.`);
    const before = given.get(share.index);
    if (before !== undefined && !Buffer.from(before.bytes).equals(share.bytes))
      throw refuse('conflicting', `${name} was given already, with another content: give all shares again after a reset.`);
    given.set(share.index, share);
    if (given.size >= wants.need) await openWith({ kind: 'shares', shares: [...given.values()] }, 'wrong');
  };
  const take = async (input: SealInput, giver: SealGiver): Promise<void> => {
    if (isOpen) return;
    if (input.kind === 'share') return takeShare(input.share);
    if (input.kind === 'passphrase') {
      if (provider.wants?.kind !== 'passphrase') throw refuse('unexpected', 'This root key is not kept with a passphrase.');
      return openWith({ kind: 'passphrase', passphrase: Buffer.from(input.passphrase) }, 'wrong');
    }
    if (!giver.isHostOperator) throw new Refusal('permission-missing');
    const root = await provider.fetch();
    if (root === null)
      throw new Refusal('unseal-refused', {
        detail: provider.kind === 'file' ? `There is no key file ${provider.place}.` : `It takes ${provider.place}.`,
      });
    finish(root);
  };

  return {
    status,
    opened,
    get refused() {
      return { count: refusedCount, tries };
    },
    get sealedMs() {
      return Math.round(clock.monotonicMs() - begun);
    },
    reset() {
      given.clear();
      return status();
    },
    async unseal(input, giver) {
      const pauseMs = giver.isHostOperator ? 0 : pausedUntilMs - clock.monotonicMs();
      if (pauseMs > 0) throw new Refusal('rate-limited', { retryAfterSeconds: Math.ceil(pauseMs / 1000) });
      if (waiting >= WAITING_MAX) throw new Refusal('rate-limited', { retryAfterSeconds: 1 });
      waiting += 1;
      const turn = tail.then(() => take(input, giver));
      tail = turn.catch(() => undefined);
      try {
        await turn;
      } finally {
        waiting -= 1;
      }
      return status();
    },
  };
}
