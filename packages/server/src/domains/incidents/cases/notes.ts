import { changedEvent, changing, writeEntry, type CaseParts } from './case-parts.ts';
import { changeCase, mustLock } from './case-store.ts';
import type { IncidentBy } from './cases.ts';
import { sha256Of } from './tasks.ts';

/** The ledger has the hash of what was written, so that nobody writes it anew later. */
export async function addNote(parts: CaseParts, id: string, { text, by }: { text: string; by: IncidentBy }): Promise<void> {
  await changing(parts, async (change) => {
    const row = await mustLock(change.tx, id, by);
    await changeCase(change.tx, { id: row.id, now: change.now }, {});
    const { actor } = by;
    const ref = parts.newId();
    const event = changedEvent(parts, row, { actor, change: 'noted', part: ref, sha256: sha256Of(text) });
    await writeEntry(parts, change, { incident: row.id, lane: 'note', actor, title: 'Note', detail: text, ref, event });
  });
}
