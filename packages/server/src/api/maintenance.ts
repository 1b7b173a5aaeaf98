import { controlEvents, sealEvents, type EventRecord } from '@holdfast/contract';
import type { z } from 'zod';
import type { Taken } from '../platform/backup/make-backup.ts';
import type { Applications } from '../domains/applications/index.ts';
import type { Isolations } from '../domains/protection/index.ts';
import type { Bus } from '../platform/bus/bus.ts';

type BackupFacts = z.infer<typeof controlEvents.backupCreated.payload>;
type SealFacts = z.infer<typeof sealEvents.changed.payload>;
type RestoreFacts = z.infer<typeof controlEvents.backupRestored.payload>;

/** What the command line on the host needs of the process that holds the data directory. */
export interface MaintenancePort {
  /** The tables of one moment in a file below the data directory, which the caller removes, and a signed head that is no older. */
  take(): Promise<Taken>;
  noteBackup(facts: BackupFacts, actor: EventRecord['actor']): Promise<void>;
  noteRestore(facts: RestoreFacts, actor: EventRecord['actor']): Promise<void>;
  noteSeal(facts: SealFacts, actor: EventRecord['actor']): Promise<void>;
  rotateLedgerKey(): Promise<{ readonly verifierKey: string }>;
  /** All applications take safe methods alone until somebody releases them; their ids. */
  readOnly(actor: EventRecord['actor']): Promise<readonly string[]>;
}

interface MaintenanceParts {
  readonly take: () => Promise<Taken>;
  readonly bus: Bus;
  readonly rotateLedgerKey: () => Promise<{ readonly verifierKey: string }>;
  readonly applications: Pick<Applications, 'list'>;
  readonly isolations: Pick<Isolations, 'add' | 'list'>;
}

const READ_ONLY = {
  kind: 'read-only',
  method: '*',
  route: null,
  forSeconds: null,
  reason: 'restored from a backup: reading first',
} as const;

export function createMaintenance({ take, bus, rotateLedgerKey, applications, isolations }: MaintenanceParts): MaintenancePort {
  return {
    take,
    noteBackup: (payload, actor) => bus.record(bus.newEvent(controlEvents.backupCreated, { actor, payload })),
    noteRestore: (payload, actor) => bus.record(bus.newEvent(controlEvents.backupRestored, { actor, payload })),
    noteSeal: (payload, actor) => bus.record(bus.newEvent(sealEvents.changed, { actor, payload })),
    rotateLedgerKey,
    async readOnly(actor) {
      const known = (await applications.list()).map(({ application }) => application.id);
      const isolated = new Set(
        (await isolations.list()).filter(({ kind }) => kind === 'read-only').map(({ application }) => application),
      );
      for (const application of known.filter((id) => !isolated.has(id)))
        await isolations.add({ application, ...READ_ONLY, allow: [] }, actor);
      return known;
    },
  };
}
