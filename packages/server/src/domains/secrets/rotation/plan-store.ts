import type { RotationPlan, SecretRef } from '@holdfast/contract';
import { sql } from 'kysely';
import { refOf } from '../store/step.ts';
import type { PartsOfRef } from './rotations.ts';
import type { PlanRow, RotationDb } from './tables.ts';

export function toPlan(row: PlanRow): RotationPlan {
  return {
    ...refOf(row),
    settings: row.settings,
    everyDays: row.every_days,
    overlapSeconds: Math.round(row.overlap_ms / 1000),
    nextAt: row.next_at,
    failures: row.failures,
    changedAt: row.changed_at,
    changedBy: row.changed_by,
  };
}

export async function findPlan(db: RotationDb, ref: SecretRef): Promise<PlanRow | null> {
  const { application, environment, name } = ref;
  const row = await db
    .selectFrom('secret_rotation_plan')
    .selectAll()
    .where('application', '=', application)
    .where('environment', '=', environment)
    .where('name', '=', name)
    .executeTakeFirst();
  return row ?? null;
}

export async function readPlans(db: RotationDb, { application, environment, name }: PartsOfRef, max: number): Promise<PlanRow[]> {
  let plans = db.selectFrom('secret_rotation_plan').selectAll();
  if (application !== undefined) plans = plans.where('application', '=', application);
  if (environment !== undefined) plans = plans.where('environment', '=', environment);
  if (name !== undefined) plans = plans.where('name', '=', name);
  return plans.orderBy('application').orderBy('environment').orderBy('name').limit(max).execute();
}

export async function savePlan(tx: RotationDb, row: PlanRow): Promise<void> {
  const values = { ...row, settings: JSON.stringify(row.settings) };
  const { application: _application, environment: _environment, name: _name, ...changed } = values;
  await tx
    .insertInto('secret_rotation_plan')
    .values(values)
    .onConflict((conflict) => conflict.columns(['application', 'environment', 'name']).doUpdateSet(changed))
    .execute();
}

export async function deletePlan(tx: RotationDb, ref: SecretRef): Promise<void> {
  await tx
    .deleteFrom('secret_rotation_plan')
    .where('application', '=', ref.application)
    .where('environment', '=', ref.environment)
    .where('name', '=', ref.name)
    .execute();
}

export async function changePlan(
  tx: RotationDb,
  ref: SecretRef,
  change: { readonly next_at: number | null; readonly failures: number },
): Promise<void> {
  await tx
    .updateTable('secret_rotation_plan')
    .set(change)
    .where('application', '=', ref.application)
    .where('environment', '=', ref.environment)
    .where('name', '=', ref.name)
    .execute();
}

/** Plans that are due and of which nothing runs. */
export async function readDuePlans(db: RotationDb, now: number, max: number): Promise<PlanRow[]> {
  return db
    .selectFrom('secret_rotation_plan as plan')
    .selectAll('plan')
    .where('plan.next_at', '<=', now)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('secret_rotation as run')
            .select(sql`1`.as('one'))
            .whereRef('run.application', '=', 'plan.application')
            .whereRef('run.environment', '=', 'plan.environment')
            .whereRef('run.name', '=', 'plan.name')
            .where('run.finished_at', 'is', null),
        ),
      ),
    )
    .orderBy('plan.next_at')
    .limit(max)
    .execute();
}
