import type { Application } from '@holdfast/contract';
import type { Transaction } from '../../platform/db/database.ts';
import {
  addApplication,
  changeIn,
  dropApplication,
  rewriteApplication,
  type ApplicationParts,
  type ChangeBy,
} from './service.ts';

/**
 * Makes the applications exactly these: those that are not among them go, the others become what they were. Removal comes
 * first, so that a host may move from one application to another.
 */
export async function replaceApplications(
  parts: ApplicationParts & { readonly transaction: Transaction },
  wanted: readonly Application[],
  by: ChangeBy,
): Promise<void> {
  await changeIn(parts, by, async (step) => {
    const ids = new Set(wanted.map(({ id }) => id));
    const kept = new Map(step.all.map((stored) => [stored.application.id, stored]));
    for (const stored of step.all) {
      if (ids.has(stored.application.id)) continue;
      await dropApplication(step, stored);
      kept.delete(stored.application.id);
    }
    for (const application of wanted) {
      const before = kept.get(application.id);
      // The wanted state had no conflict when it was in force; half-way states may, so each is checked against the wanted ones only.
      const now = { ...step, all: [] };
      if (before === undefined) await addApplication(now, application, { origin: 'operator', declaredDigest: null });
      else await rewriteApplication(now, before, { ...before, application });
    }
  });
}
