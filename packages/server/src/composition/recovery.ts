import { createMaintenance, type MaintenancePort } from '../api/maintenance.ts';
import type { Applications } from '../domains/applications/index.ts';
import type { Audit } from '../domains/audit/index.ts';
import type { RecoveryPorts } from '../domains/incidents/index.ts';
import type { Protection } from '../domains/protection/index.ts';
import { dumpToFile } from '../platform/backup/dump-file.ts';
import type { Taken } from '../platform/backup/make-backup.ts';
import type { Foundation } from '../platform/foundation.ts';
import { join } from 'node:path';
import { assertEmpty } from './trial/empty-database.ts';
import { createTrialRunner, urlOf } from './trial/trial-runner.ts';

type Ledger = Pick<Audit, 'checkpoint' | 'consistency' | 'status' | 'trust'>;

/** Of every record up to now: what was recorded a moment ago waits for its head up to a second, unless somebody asks. */
async function headNow(ledger: Ledger): Promise<{ note: string; size: number }> {
  const { size } = ledger.status();
  if (size > 0) await ledger.consistency(size, size);
  return ledger.checkpoint();
}

/** What a backup is made of: the tables of one moment, then a head that speaks of at least all that is in them. */
export function takingOf({ db, dataDir, config }: Foundation, ledger: Ledger): () => Promise<Taken> {
  return async () => {
    const dump = await dumpToFile(db, join(dataDir, 'cache'));
    const { note, size } = await headNow(ledger);
    return { dump, node: config.node, checkpoint: note, ledgerSize: size };
  };
}

interface Maintained {
  readonly audit: Ledger & Pick<Audit, 'rotateKey'>;
  readonly applications: Applications;
  readonly protection: Pick<Protection, 'isolations'>;
}

/** What commands on the host need of this process. */
export function openMaintenance(foundation: Foundation, { audit, applications, protection }: Maintained): MaintenancePort {
  return createMaintenance({
    take: takingOf(foundation, audit),
    bus: foundation.bus,
    applications,
    isolations: protection.isolations,
    rotateLedgerKey: () => audit.rotateKey(),
  });
}

export function openRecoveryPorts(foundation: Foundation, ledger: Ledger): RecoveryPorts {
  const { config, dataDir, configFile } = foundation;
  return {
    take: takingOf(foundation, ledger),
    configFile,
    ledger: {
      head: () => headNow(ledger),
      consistency: async (from, to) => (await ledger.consistency(from, to)).hashes,
      trust: () => ledger.trust,
    },
    assertEmpty: async (reference) => assertEmpty(urlOf(reference)),
    trial: createTrialRunner({ config, dataDir }),
  };
}
