import type { Transaction } from '../../../platform/db/database.ts';
import { refOf } from '../store/step.ts';
import { nextDue, retryDue } from './due.ts';
import { changePlan, findPlan } from './plan-store.ts';
import type { RotationRow, RotationTables } from './tables.ts';

/** When the next one is due, from how this one ended. */
export async function finishPlan(
  transaction: Transaction,
  row: RotationRow,
  { isDone, now }: { readonly isDone: boolean; readonly now: number },
): Promise<void> {
  const tx = transaction.kysely.withTables<RotationTables>();
  const ref = refOf(row);
  const plan = await findPlan(tx, ref);
  if (plan === null) return;
  const { every_days: everyDays, failures } = plan;
  if (isDone) await changePlan(tx, ref, { failures: 0, next_at: nextDue(everyDays, now) });
  else await changePlan(tx, ref, { failures: failures + 1, next_at: retryDue(everyDays, now, failures) });
}
