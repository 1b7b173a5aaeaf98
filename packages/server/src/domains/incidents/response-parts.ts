import type { Bus } from '../../platform/bus/bus.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Keyring } from '../../platform/keyring/keyring.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Actor, Applications } from '../applications/index.ts';
import type { Detection } from '../detection/index.ts';
import type { Identity, People, Sessions } from '../identity/index.ts';
import type { Protection } from '../protection/index.ts';
import type { Rotations, SecretsDomain } from '../secrets/index.ts';
import type { ReadRecords } from './ledger-records.ts';
import type { OutsideAgent } from './playbooks/runs/agent/outside/outside-agent.ts';
import type { RecoveryPorts } from './recovery/recovery-parts.ts';

/** A request as it was recorded: its payload is that of `request.completed`. */
export interface RecordedRequest {
  readonly application: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What the configuration says of playbooks. */
export interface PlaybookSettings {
  readonly signatures: 'optional' | 'required';
  readonly agents: readonly OutsideAgent[];
}

/** What the composition root gives. */
export interface ResponseParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Keyring;
  readonly dataDir: string;
  readonly node: string;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  readonly applications: Applications;
  readonly protection: Protection;
  readonly identity: Identity;
  readonly people: People;
  readonly sessions: Sessions;
  readonly secrets: Pick<SecretsDomain, 'secrets'> & { readonly rotations: Rotations };
  readonly detection: Detection;
  /** What a subject is known by in the ledger. */
  readonly pseudonym: (subject: string) => string;
  /** Records in the ledger of this node. */
  readonly ledgerSize: () => number;
  /** Places in the ledger of records, by their ids; a record without one is none. */
  readonly indexesOf: (
    events: readonly { readonly event: string; readonly time: number }[],
  ) => Promise<ReadonlyMap<string, number>>;
  readonly recordsOf: ReadRecords;
  /** Off = nothing is done by itself; playbooks that would start show what they would do. */
  readonly isAnswering: boolean;
  readonly playbooks: PlaybookSettings;
  /** Proxies in front of us whose word about addresses is believed. */
  readonly trustedHops: number;
  /** Signed, into a folder of this name below `exports/` of the data directory; a name that is there already is a conflict. */
  readonly exportLedger: (name: string, actor: Actor) => Promise<unknown>;
  /** Left out = backups are neither made nor tried here. */
  readonly recovery?: RecoveryPorts;
  /** What was recorded of a request; null = nothing, or nothing any more. */
  readonly requestOf: (requestId: string) => Promise<RecordedRequest | null>;
  /** Where visitors reach the gateway of this node. */
  readonly gateway: () => URL;
  /** Of the page that shows an incident. */
  readonly link: (incident: string) => string;
}
