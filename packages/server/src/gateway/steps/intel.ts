import type { Clock } from '../../platform/clock.ts';
import { isLoopback } from '../../platform/address.ts';
import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import { findListed } from '../intel/find-listed.ts';
import type { IntelTables } from '../intel/intel-tables.ts';
import { weighListed } from '../intel/weigh-listed.ts';

/**
 * Threat intelligence. Before the rate: a lookup costs less than a budget, and whoever is refused here uses none. Without a table
 * nothing is listed, so a failure of this step lets requests on; allow-listed visitors and this machine are never met.
 */
export const intel = (tables: IntelTables, clock: Clock): Step => ({
  name: 'intel',
  onFailure: 'allow',
  run(exchange) {
    const table = tables.current();
    if (table === null || exchange.application === null) return ON;
    const found = findListed(table, exchange, clock.now());
    if (found.length === 0) return ON;
    const { snapshot, clientAddress } = exchange;
    if (isLoopback(clientAddress) || snapshot.allows.lookup(clientAddress) !== undefined) return ON;
    return weighListed(exchange, found);
  },
});
