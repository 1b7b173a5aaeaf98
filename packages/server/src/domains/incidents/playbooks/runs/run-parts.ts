import type { Bus } from '../../../../platform/bus/bus.ts';
import type { Clock } from '../../../../platform/clock.ts';
import type { Database } from '../../../../platform/db/database.ts';
import type { Keyring } from '../../../../platform/keyring/keyring.ts';
import type { Log } from '../../../../platform/log.ts';
import type { Actor } from '../../../applications/index.ts';
import type { Playbook } from '../documents/playbook.ts';
import type { Playbooks } from '../playbooks.ts';
import type { Agent } from './agent/agent.ts';
import type { RunSeal } from './store/sealed.ts';

/** What the domain gives. */
export interface RunPlatform {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'isSealed'>;
  readonly node: string;
  readonly playbooks: () => Pick<Playbooks, 'load' | 'triggered'> | undefined;
  /** A document that was checked when it came, as it is run. */
  readonly read: (document: unknown) => Playbook;
  readonly agent: Agent;
  /** Where tests have a process die; never set otherwise. */
  readonly fault?: (place: string, pass?: string) => void;
}

/** What the pieces of this folder share. */
export interface RunParts extends RunPlatform {
  readonly seal: RunSeal;
  readonly newId: () => string;
}

/** Playbooks that began by themselves. */
export const BY_PLAYBOOKS: Actor = { kind: 'system', ref: 'playbooks' };
