import { secretEvents, type SecretRef } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import { identityOf, keyOfIdentity } from '../identity.ts';
import { about, refText } from '../ref.ts';
import type { SecretCaller } from '../secrets.ts';
import { BURST_SECRETS, BURST_WINDOW_MS, createBurstWatch } from './burst.ts';

interface ReadParts {
  readonly bus: Bus;
  readonly clock: Clock;
}

export interface RecordedRead {
  readonly ref: SecretRef;
  readonly caller: SecretCaller;
  readonly version: number;
  readonly isCanary: boolean;
}

/** No record, no read: resolves once it is durable that somebody is given a value, with the alarms that belong to it. */
export function createReadRecord({ bus, clock }: ReadParts): (read: RecordedRead) => Promise<void> {
  const isBurst = createBurstWatch(() => clock.monotonicMs());
  return async ({ ref, caller, version, isCanary }) => {
    const { principal, purpose, via } = caller;
    const { actor } = principal;
    const identity = identityOf(principal);
    const secret = refText(ref);
    const fields = { actor, ...about(ref), payload: { secret, purpose, via, identity, version } };
    const events = [bus.newEvent(secretEvents.read, fields)];
    if (isCanary) events.push(bus.newEvent(secretEvents.canaryRead, fields));
    if (via !== 'rotation' && isBurst(keyOfIdentity(principal), secret)) {
      const burst = { identity, secrets: BURST_SECRETS + 1, windowSeconds: BURST_WINDOW_MS / 1000 };
      events.push(bus.newEvent(secretEvents.readBurst, { actor, payload: burst }));
    }
    await Promise.all(events.map(async (event) => bus.record(event)));
  };
}
