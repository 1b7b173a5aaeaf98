import { secretEvents, type SecretRef } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { SecretAccess, SecretPermission, SecretVerdict } from '../../access/index.ts';
import { ELEVATION_MS } from '../../identity/index.ts';
import { identityOf, keyOfIdentity } from '../identity.ts';
import { about, refText } from '../ref.ts';
import type { SecretCaller } from '../secrets.ts';
import { createRefusalTally } from './refusal-tally.ts';

/** Stands before every operation. */
export interface Gate {
  /** Throws where it is not allowed, and one record tells of it. Without a secret: whether the right is there at all. */
  assertMay(secret: SecretRef | null, permission: SecretPermission, caller: SecretCaller): Promise<void>;
  /** Nothing is recorded: for lists, and for what is shown to some. */
  judge(secret: SecretRef, permission: SecretPermission, caller: SecretCaller): Promise<SecretVerdict>;
}

interface GateParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly access: SecretAccess;
}

const STEP_UP = { acr: 'aal2', maxAgeSeconds: ELEVATION_MS / 1000 };
/** How records name all of them. */
const EVERY = '*';

export function createGate({ bus, clock, access }: GateParts): Gate {
  const tally = createRefusalTally(() => clock.monotonicMs());
  const judge: Gate['judge'] = async (secret, permission, { principal, purpose, via }) =>
    access.judge(principal, { secret, permission, purpose, via });
  const refuse = async (secret: SecretRef | null, permission: SecretPermission, { caller, cause }: Refused): Promise<never> => {
    const { principal, purpose, via } = caller;
    const unrecorded = tally(keyOfIdentity(principal));
    if (unrecorded !== null) {
      const name = secret === null ? EVERY : refText(secret);
      const identity = identityOf(principal);
      const payload = { secret: name, purpose, via, identity, permission, cause, unrecorded };
      const place = secret === null ? {} : about(secret);
      await bus.record(bus.newEvent(secretEvents.refused, { actor: principal.actor, ...place, outcome: 'refused', payload }));
    }
    if (cause === 'step-up') throw new Refusal('step-up-required', { stepUp: STEP_UP });
    throw new Refusal(cause === 'scope' ? 'permission-missing' : 'access-denied');
  };
  return {
    judge,
    async assertMay(secret, permission, caller) {
      const call = await access.mayCall(caller.principal, permission);
      if (call !== 'allowed') return refuse(secret, permission, { caller, cause: call });
      const cause = secret === null ? 'allowed' : await judge(secret, permission, caller);
      return cause === 'allowed' ? undefined : refuse(secret, permission, { caller, cause });
    },
  };
}

interface Refused {
  readonly caller: SecretCaller;
  readonly cause: Exclude<SecretVerdict, 'allowed'>;
}
