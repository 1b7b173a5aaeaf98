import { controlEvents, type CardDecision } from '@holdfast/contract';
import { actorName, type Actor } from '../../applications/index.ts';
import { change, type ProtectionParts } from '../change.ts';
import type { ProtectionDb } from '../tables.ts';
import type { Decision } from './cards.ts';

/** Decisions outlive the vectors they were made on by this much, then the place would have to be judged anew. */
const DECISION_DAYS = 180;
const DAY_MS = 86_400_000;
const DECISIONS_MAX = 20_000;

export async function readDecisions(db: ProtectionDb, application: string): Promise<Decision[]> {
  return db
    .selectFrom('protection_tuning_decision')
    .select(['card', 'decision', 'until'])
    .where('application', '=', application)
    .orderBy('decided_at', 'desc')
    .limit(DECISIONS_MAX)
    .execute();
}

/** Which application each of the cards belongs to, as the caller found them. */
export interface DecidedCard {
  readonly id: string;
  readonly application: string;
}

/** Writes down what an operator said of cards; `reopen` takes it back. */
export async function decideCards(
  parts: ProtectionParts,
  { cards, input }: { readonly cards: readonly DecidedCard[]; readonly input: CardDecision },
  actor: Actor,
): Promise<void> {
  await change({ ...parts, changed: () => undefined }, async ({ tx, now, events }) => {
    const until = input.decision === 'snooze' ? now + input.forSeconds * 1000 : null;
    const reason = input.reason ?? null;
    for (const { id, application } of cards) {
      await tx.deleteFrom('protection_tuning_decision').where('card', '=', id).execute();
      if (input.decision !== 'reopen') {
        const made = { reason, decided_at: now, decided_by: actorName(actor) };
        await tx
          .insertInto('protection_tuning_decision')
          .values({ card: id, application, decision: input.decision, until, ...made })
          .execute();
      }
      const payload = { card: id, decision: input.decision, until };
      events.push(parts.bus.newEvent(controlEvents.tuningDecided, { actor, application, target: id, reason, payload }));
    }
    await tx
      .deleteFrom('protection_tuning_decision')
      .where('decided_at', '<', now - DECISION_DAYS * DAY_MS)
      .execute();
  });
}
