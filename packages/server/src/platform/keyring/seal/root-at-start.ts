import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { isRefusal, Refusal } from '../../refusal.ts';
import type { RootKey } from '../root-key.ts';
import type { RootKeyProvider } from './provider.ts';

export interface SealedStart {
  readonly provider: RootKeyProvider;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Why the root key did not come by itself, in words; null = it never does, or somebody put it away. */
  readonly why: string | null;
}

/** Waits for people, or for a server elsewhere. Whatever it has opened meanwhile is its own matter. */
export type AwaitRoot = (start: SealedStart) => Promise<RootKey>;

interface Start extends Omit<SealedStart, 'why'> {
  /** Somebody put the keys away: they do not come back by themselves. */
  readonly staySealed: boolean;
  /** Null = nobody can be waited for. */
  readonly awaitRoot: AwaitRoot | null;
}

/** Null = the key file, which the keyring reads by itself once it has finished what a crash interrupted. */
export async function rootAtStart({ staySealed, awaitRoot, ...start }: Start): Promise<RootKey | null> {
  const { provider } = start;
  if (provider.kind === 'file' && !staySealed) return null;
  let why: string | null = null;
  try {
    const root = staySealed ? null : await provider.fetch();
    if (root !== null) return root;
  } catch (error) {
    if (!isRefusal(error, 'keyring-sealed')) throw error;
    why = error.message;
  }
  if (awaitRoot !== null) return awaitRoot({ ...start, why });
  throw new Refusal('keyring-sealed', { detail: why ?? `The root key ${provider.rootKey ?? ''} takes ${provider.place}.` });
}
