import { patchEvents } from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';
import { change, tablesOf, type ProtectionParts } from '../change.ts';
import { aboutPatch, savePatch } from './patch-changes.ts';
import { WARN_BEFORE_MS } from './patch-rules.ts';
import { dropEnded, readEnding } from './patch-store.ts';

const PER_SWEEP = 200;
/** As long as a removed patch can be restored. */
const KEPT_MS = 90 * 86_400_000;
const CLOCK: Actor = { kind: 'system', ref: 'clock' };

/** Says three days before that a patch ends, and ends it. The gateway goes by the time in its snapshot, so a late sweep refuses nobody longer. */
export async function sweepPatches(parts: ProtectionParts): Promise<void> {
  const tables = tablesOf(parts.db);
  const now = parts.clock.now();
  const over = await readEnding(tables, { before: now, isUnwarned: false, limit: PER_SWEEP });
  for (const patch of over) {
    await change(parts, async (step) => {
      await savePatch(step, patch, { state: 'expired', by: CLOCK });
      const payload = { patch: patch.id, finding: patch.finding, cause: 'expired' as const, was: patch.state };
      step.events.push(parts.bus.newEvent(patchEvents.removed, { ...aboutPatch(patch, CLOCK), payload }));
    });
  }
  const soon = await readEnding(tables, { before: now + WARN_BEFORE_MS, isUnwarned: true, limit: PER_SWEEP });
  for (const patch of soon) {
    await change({ ...parts, changed: () => undefined }, async (step) => {
      await savePatch(step, patch, { warned: true, by: CLOCK });
      const payload = { patch: patch.id, finding: patch.finding, state: patch.state, expiresAt: patch.expiresAt };
      step.events.push(parts.bus.newEvent(patchEvents.expiring, { ...aboutPatch(patch, CLOCK), payload }));
    });
  }
  if (over.length > 0) await dropEnded(tables, now - KEPT_MS);
}
