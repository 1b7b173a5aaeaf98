import { PRODUCTION, secretEvents, type Permission, type SecretRef } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { may } from '../../access/index.ts';
import { ELEVATION_MS } from '../../identity/index.ts';
import { about, refText } from '../ref.ts';
import { identityOf } from '../reads/reads.ts';
import type { SecretCaller } from '../secrets.ts';

export type SecretPermission = Extract<Permission, `secret:${string}`>;
export type SecretVerdict = 'allowed' | 'scope' | 'policy' | 'step-up';

/** Stands before every operation. */
export interface Gate {
  /** Nothing is recorded: for lists, and for what is shown to some. */
  judge(ref: SecretRef, permission: SecretPermission, caller: SecretCaller): Promise<SecretVerdict>;
  /** Throws where it is not allowed, and one record tells of it. */
  assertMay(ref: SecretRef, permission: SecretPermission, caller: SecretCaller): Promise<void>;
}

const STEP_UP = { acr: 'aal2', maxAgeSeconds: ELEVATION_MS / 1000 };

export function createGate({ bus }: { readonly bus: Bus }): Gate {
  const judge: Gate['judge'] = async (ref, permission, { principal }) => {
    if (!may(principal, permission)) return 'scope';
    const { session } = principal;
    const isSensitive = permission === 'secret:reveal' ? ref.environment === PRODUCTION : permission !== 'secret:read';
    return session !== undefined && isSensitive && !session.isElevated ? 'step-up' : 'allowed';
  };
  return {
    judge,
    async assertMay(ref, permission, caller) {
      const cause = await judge(ref, permission, caller);
      if (cause === 'allowed') return;
      const { principal, purpose, via } = caller;
      const payload = { secret: refText(ref), purpose, via, identity: identityOf(principal), permission, cause, unrecorded: 0 };
      const { actor } = principal;
      await bus.record(bus.newEvent(secretEvents.refused, { actor, ...about(ref), outcome: 'refused', payload }));
      if (cause === 'step-up') throw new Refusal('step-up-required', { stepUp: STEP_UP });
      throw new Refusal(cause === 'scope' ? 'permission-missing' : 'access-denied');
    },
  };
}
