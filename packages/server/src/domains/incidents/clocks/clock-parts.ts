import type { AlertDetail, EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Log } from '../../../platform/log.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import type { Channels } from '../../detection/index.ts';
import type { Cases } from '../cases/cases.ts';
import { insertStep, type StepRow } from './clock-store.ts';
import type { PersonalData } from './notices/personal-data.ts';
import type { ClockSeal } from './sealed.ts';

/** What the composition of the domain gives. */
export interface ClocksParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'isSealed'>;
  readonly metrics: Pick<Metrics, 'set'>;
  readonly cases: () => Pick<Cases, 'show' | 'aware' | 'timeline'> | undefined;
  readonly channels: () => Pick<Channels, 'tellTextIn'> | undefined;
  /** One alert as it was told; throws when it is known no longer. */
  readonly alert: (id: string) => Promise<AlertDetail>;
  /** What is known of the personal data that is kept here; null = nobody has looked. */
  readonly personalData: PersonalData | null;
  readonly indexesOf: (
    events: readonly { readonly event: string; readonly time: number }[],
  ) => Promise<ReadonlyMap<string, number>>;
  /** Of the page that shows an incident. */
  readonly link: (incident: string) => string;
}

/** What the pieces of this folder share. */
export interface ClockParts extends ClocksParts {
  readonly seal: ClockSeal;
  readonly newId: () => string;
}

export const BY_CLOCK: Actor = { kind: 'system', ref: 'clocks' };

interface Step extends Pick<StepRow, 'clock' | 'what' | 'share'> {
  readonly incident: string;
  readonly actor: Actor;
}

/** A step with its record: both are there once the change is, or neither. */
export async function writeStep(
  { bus, newId }: ClockParts,
  tx: Transaction,
  { step, record }: { readonly step: Step; readonly record: EventRecord },
): Promise<void> {
  const { id: event, time } = record;
  await insertStep(tx, { ...step, id: newId(), actor: actorName(step.actor), time, event, eventTime: time });
  await bus.publish(tx, [record]);
}
