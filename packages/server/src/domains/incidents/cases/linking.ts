import type { AlertDetail } from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { changedEvent, rankOf, writeEntry, type CaseChange, type CaseParts } from './case-parts.ts';
import { changeCase, lockCase, writeEntities, writeLink } from './case-store.ts';
import { hashesOf, joinedEntities, type LinkedAlert } from './opening.ts';

/** Alerts as they are; one that is not there is named. */
export async function readForLink({ alerts }: CaseParts, ids: readonly string[]): Promise<AlertDetail[]> {
  const found: AlertDetail[] = [];
  for (const [at, id] of [...new Set(ids)].entries()) {
    found.push(
      await alerts.show(id).catch((error: unknown) => {
        if (!(error instanceof Refusal) || error.code !== 'not-found') throw error;
        throw new Refusal('input-invalid', { errors: [{ pointer: `/alerts/${at}`, detail: 'there is no such alert' }] });
      }),
    );
  }
  return found;
}

interface Linking {
  readonly incident: string;
  readonly alert: LinkedAlert;
  readonly actor: Actor;
}

/**
 * Under the lock of the intake. What is linked already counts as severe as it is now. Whether the incident is about somebody now
 * whom it was not about before.
 */
export async function linkInto(parts: CaseParts, change: CaseChange, { incident, alert, actor }: Linking): Promise<boolean> {
  const { tx, now } = change;
  const row = await lockCase(tx, incident);
  if (row === null) throw new Refusal('not-found');
  const rank = rankOf(alert.severity);
  const known = await tx
    .selectFrom('incidents_case_alert')
    .select('severity')
    .where('incident', '=', incident)
    .where('alert', '=', alert.id)
    .executeTakeFirst();
  if (known !== undefined && known.severity >= rank) return false;
  await writeLink(tx, { incident, alert: alert.id, severity: rank, now });
  const words = parts.seal.openWords(incident, row.words);
  const added = await writeEntities(tx, incident, hashesOf(parts, alert.entities));
  await changeCase(
    tx,
    { id: incident, now },
    {
      // Somebody may have called it less severe: only what is new makes it worse.
      severity: Math.max(row.severity, rank),
      first_at: Math.min(row.first_at, alert.firstAt),
      last_at: Math.max(row.last_at, alert.lastAt),
      words: parts.seal.words(incident, { ...words, entities: joinedEntities(words.entities, alert.entities) }),
    },
  );
  const event = changedEvent(parts, row, { actor, change: 'linked', part: alert.id, sha256: null });
  const { title, reason: detail, severity, id: ref } = alert;
  await writeEntry(parts, change, { incident, lane: 'alert', actor, title: `Joined: ${title}`, detail, severity, ref, event });
  return added.length > 0;
}
