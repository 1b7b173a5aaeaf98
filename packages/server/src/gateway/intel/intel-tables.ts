import type { Snapshot } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import type { ListedTable } from '../../platform/lookup/listed-table.ts';
import { DamagedTable, readTable } from '../../platform/lookup/table-file.ts';
import type { GatewayLog } from '../log.ts';
import { meetPlanted } from './planted.ts';
import type { TellTable } from './tell-table.ts';

/** What threat intelligence lists, as this gateway has it. */
export interface IntelTables {
  /** Null = nothing is listed. */
  current(): ListedTable | null;
  /** Loads the table that a snapshot names, beside the requests, and swaps it whole. */
  follow(named: Snapshot['intel']): void;
  /** Resolves when what was named last is loaded or could not be. */
  settled(): Promise<void>;
}

export interface IntelTablesParts {
  readonly log: GatewayLog;
  readonly clock: Pick<Clock, 'now'>;
  readonly tell: TellTable;
}

/** One that cannot be read changes nothing: the last good one stays in force, and that is said. */
export function createIntelTables({ log, clock, tell }: IntelTablesParts): IntelTables {
  let table: ListedTable | null = null;
  let digest: string | null = null;
  let loading: Promise<void> = Promise.resolve();

  const load = async (named: NonNullable<Snapshot['intel']>): Promise<void> => {
    try {
      const loaded = await readTable(named.file, named.digest);
      // A newer one was named meanwhile.
      if (digest !== named.digest) return;
      table = loaded;
      log.info({ digest: named.digest.slice(0, 12), bytes: loaded.bytes }, 'a table of threat intelligence is in force');
      tell.met(named.digest, meetPlanted(loaded, named.planted, clock.now()));
    } catch (cause) {
      if (digest === named.digest) digest = null;
      log.error(
        { cause, digest: named.digest.slice(0, 12) },
        'a table of threat intelligence cannot be read; the last one stays in force',
      );
      tell.refused(named.digest, cause instanceof DamagedTable ? cause.message : 'it cannot be read');
    }
  };
  return {
    current: () => table,
    follow(named) {
      if (named === null) {
        digest = null;
        table = null;
        return;
      }
      if (named.digest === digest) return;
      digest = named.digest;
      loading = load(named);
    },
    settled: async () => loading,
  };
}
