import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Places } from '../../../platform/geo/places.ts';
import type { Log } from '../../../platform/log.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import type { RunJob } from './thread/jobs.ts';

export interface IntelParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  readonly dataDir: string;
  readonly run: RunJob;
  /** What may always come in: never taken as bad. */
  readonly allows: () => Promise<readonly string[]>;
  /** Gateways are told of the table that is in force now. */
  readonly changed: () => Promise<void>;
  /** The value that a credential names. */
  readonly secret: (reference: string) => string;
  /** Left out = nobody knows where an address is. */
  readonly places?: (() => Promise<Places>) | undefined;
  /** How long a self-test waits for a gateway; left out = twenty seconds. */
  readonly patienceMs?: number | undefined;
}
