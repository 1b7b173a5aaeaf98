import { createModel, fromDocument, mergeModels, toDocument, type LearnedModel } from '@holdfast/inspect';
import type { ProtectionDb } from '../tables.ts';

/** What one application's model may take; the limits of the model itself keep it far below. */
const MODEL_CHARS_MAX = 8_388_608;

export interface Learned {
  readonly model: LearnedModel;
  readonly since: number | null;
  readonly updatedAt: number | null;
}

/** A model that cannot be read is begun anew: it is advice, and traffic teaches it again. */
export function readModel(text: string): LearnedModel | null {
  try {
    return fromDocument(JSON.parse(text));
  } catch {
    return null;
  }
}

export async function readLearned(db: ProtectionDb, application: string): Promise<Learned> {
  const row = await db.selectFrom('protection_learned').selectAll().where('application', '=', application).executeTakeFirst();
  if (row === undefined) return { model: createModel(), since: null, updatedAt: null };
  return { model: readModel(row.model) ?? createModel(), since: row.since, updatedAt: row.updated_at };
}

/** Adds what gateways told to what is stored. False when there is no room for it. */
export async function addLearned(
  db: ProtectionDb,
  { application, model, now }: { readonly application: string; readonly model: LearnedModel; readonly now: number },
): Promise<boolean> {
  const before = await readLearned(db, application);
  const text = JSON.stringify(toDocument(mergeModels(before.model, model)));
  if (text.length > MODEL_CHARS_MAX) return false;
  await db
    .insertInto('protection_learned')
    .values({ application, model: text, since: now, updated_at: now })
    .onConflict((conflict) => conflict.column('application').doUpdateSet({ model: text, updated_at: now }))
    .execute();
  return true;
}
