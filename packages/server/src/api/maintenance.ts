import { controlEvents, sealEvents, type EventRecord } from '@holdfast/contract';
import type { z } from 'zod';
import { dumpTables } from '../platform/backup/tables.ts';
import type { Bus } from '../platform/bus/bus.ts';
import type { Database } from '../platform/db/database.ts';
import { Refusal } from '../platform/refusal.ts';

/** State that belongs to a backup is small; what is large is in the ledger, which is copied as files. */
const DUMP_CHARS_MAX = 50_331_648;

type BackupFacts = z.infer<typeof controlEvents.backupCreated.payload>;
type SealFacts = z.infer<typeof sealEvents.changed.payload>;
type RestoreFacts = z.infer<typeof controlEvents.backupRestored.payload>;

/** What the command line on the host needs of the process that holds the data directory. */
export interface MaintenancePort {
  /** All tables but the projections of the ledger, as JSON lines of one moment. */
  tables(): Promise<string>;
  noteBackup(facts: BackupFacts, actor: EventRecord['actor']): Promise<void>;
  noteRestore(facts: RestoreFacts, actor: EventRecord['actor']): Promise<void>;
  noteSeal(facts: SealFacts, actor: EventRecord['actor']): Promise<void>;
  rotateLedgerKey(): Promise<{ readonly verifierKey: string }>;
}

interface MaintenanceParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly rotateLedgerKey: () => Promise<{ readonly verifierKey: string }>;
}

export function createMaintenance({ db, bus, rotateLedgerKey }: MaintenanceParts): MaintenancePort {
  return {
    async tables() {
      const lines: string[] = [];
      let chars = 0;
      await dumpTables(db, {
        skip: (table) => table.startsWith('audit_'),
        write: async (line) => {
          chars += line.length + 1;
          if (chars > DUMP_CHARS_MAX)
            throw new Refusal('service-unavailable', {
              detail: 'The tables are too large for a backup of this kind: back up PostgreSQL with its own tools.',
            });
          lines.push(line);
        },
      });
      return `${lines.join('\n')}\n`;
    },
    noteBackup: (payload, actor) => bus.record(bus.newEvent(controlEvents.backupCreated, { actor, payload })),
    noteRestore: (payload, actor) => bus.record(bus.newEvent(controlEvents.backupRestored, { actor, payload })),
    noteSeal: (payload, actor) => bus.record(bus.newEvent(sealEvents.changed, { actor, payload })),
    rotateLedgerKey,
  };
}
