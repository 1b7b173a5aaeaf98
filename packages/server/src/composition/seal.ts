import { sealEvents, type SealStatus } from '@holdfast/contract';
import type { SealPort } from '../platform/keyring/seal/seal-port.ts';
import { openProvider } from '../platform/keyring/seal/open-provider.ts';
import { describeSeal, Unsealing } from '../platform/keyring/seal/unsealing.ts';
import { Refusal } from '../platform/refusal.ts';
import type { Foundation } from '../platform/foundation.ts';

export interface RunningSeal extends SealPort {
  /** In words for an operator; null = the keys are there. */
  trouble(): string | null;
  /** Resolves when somebody put the keys away and nothing may go on: everything is closed then. */
  readonly closing: Promise<void>;
}

/** The seal of a process that serves: its keys can be put away, and brought back. */
export function createRunningSeal(foundation: Foundation): RunningSeal {
  const { config, keyring, provider, bus, dataDir, clock, log } = foundation;
  const { promise: closing, resolve: closeAll } = Promise.withResolvers<void>();
  let unsealing: Unsealing | null = null;
  let isClosing = false;

  const status = (): SealStatus => {
    const isSealed = isClosing || keyring.isSealed;
    const base = unsealing?.status() ?? { ...describeSeal(provider), isSealed, since: null, refusedTries: 0 };
    return { ...base, isSealed, rootKey: keyring.rootId };
  };
  const comeBack = async (opening: Unsealing): Promise<void> => {
    keyring.bringBack(await opening.opened);
    unsealing = null;
    await recordUnsealing(foundation, opening);
  };
  return {
    status,
    closing,
    trouble: () => (keyring.isSealed ? 'sealed: secrets and changes are refused until `holdfast key unseal`' : null),
    reset: () => unsealing?.reset() ?? status(),
    async unseal(input, giver) {
      if (unsealing === null) return status();
      const opening = unsealing;
      const isOpen = !(await opening.unseal(input, giver)).isSealed;
      // Of two who give the last share at once, one brings the keys back.
      if (isOpen && unsealing === opening && keyring.isSealed) await comeBack(opening);
      return status();
    },
    async seal(reason, actor) {
      if (isClosing || keyring.isSealed) return status();
      const { whenSealed } = config.keyring;
      // What is kept elsewhere is asked for now: a change of it since the start must not be found when it is needed.
      const current = await openProvider({ dataDir, settings: config.keyring, environment: process.env });
      await bus.record(bus.newEvent(sealEvents.sealed, { actor, payload: { reason, whenSealed } })).catch((cause: unknown) => {
        throw new Refusal('audit-unavailable', { cause });
      });
      if (whenSealed === 'stop') {
        isClosing = true;
        closeAll();
        return status();
      }
      unsealing = new Unsealing({ provider: current, clock, log });
      keyring.putAway();
      log.warn({}, 'sealed: the keys were put away, traffic goes on');
      return status();
    },
  };
}

/** As soon as there is a ledger: each thing that was given and did not open it, and how it ended. */
export async function recordUnsealing(
  { bus, keyring }: Pick<Foundation, 'bus' | 'keyring'>,
  unsealing: Unsealing,
): Promise<void> {
  const { count, tries } = unsealing.refused;
  for (const payload of tries) await bus.record(bus.newEvent(sealEvents.unsealRefused, { payload, outcome: 'refused' }));
  const { kind } = unsealing.status();
  const payload = { kind, rootKey: keyring.rootId, sealedMs: unsealing.sealedMs, refusedTries: count };
  await bus.record(bus.newEvent(sealEvents.unsealed, { payload }));
}

/** The line of a start that says where the root key is. */
export function keyStep({ keyring, provider }: Pick<Foundation, 'keyring' | 'provider'>): { step: string; detail: string } {
  const step = keyring.isNew ? 'keys created' : 'keys opened';
  const isFile = provider.kind === 'file';
  return { step, detail: isFile ? `${keyring.rootKeyFile}, mode 0600: keep a copy apart from backups` : provider.place };
}
