import type { ListedTable } from '../../platform/lookup/listed-table.ts';
import { findListed } from './find-listed.ts';
import { describeListed, isBlocked } from './weigh-listed.ts';

/** TEST-NET-1 (RFC 5737): nobody comes from there. */
const NOBODY = '192.0.2.0';

/** What became of a question for what was planted. */
export interface Met {
  /** As the record of a request would say it; empty = it is not in the table. */
  readonly detail: string;
  readonly isRefused: boolean;
}

/**
 * Asks a table in the way in which the step asks it for a request, here for one that names what was planted. Nobody else can name
 * it: `.invalid` is no host of anybody (RFC 2606 §2).
 */
export function meetPlanted(table: ListedTable, planted: string, now: number): Met {
  const found = findListed(table, { clientAddress: NOBODY, head: { host: planted, headers: [] } }, now);
  const [met] = found.filter(({ kind }) => kind === 'host');
  return met === undefined ? { detail: '', isRefused: false } : { detail: describeListed(met), isRefused: isBlocked([met]) };
}
