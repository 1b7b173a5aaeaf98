import { SEVERITIES, type Entity } from '@holdfast/contract';
import { sql } from 'kysely';
import type { AlertSeal } from './sealed.ts';
import type { AlertDb } from './tables.ts';

const DAY_MS = 86_400_000;
/** What an alert of each severity weighs, in the order of the severities. */
const WEIGHTS = [1, 5, 20, 50, 100] as const;
/** A repetition counts a tenth of that. */
export const REPEATED_SHARE = 0.1;
/** Less is nothing: the row goes. */
const LEAST = 0.5;

export const weightOf = (severity: number): number => WEIGHTS[Math.min(Math.max(severity, 0), SEVERITIES.length - 1)] ?? 0;

/** Halved each day since; nothing is rewritten for that. */
export function riskAt(score: number | null, now: number): number {
  if (score === null) return 0;
  const risk = 2 ** (score - now / DAY_MS);
  return risk < LEAST ? 0 : Math.round(risk * 10) / 10;
}

/** The score below which nothing is left at this time. */
export const leastScore = (now: number): number => Math.log2(LEAST) + now / DAY_MS;

export interface Gained {
  readonly entity: Entity;
  readonly hash: string;
  readonly weight: number;
  readonly at: number;
  /** An alert that begins, not one that is found again. */
  readonly isNew: boolean;
}

/** Adding in any order gives the same, because weights decay alike from wherever they came. */
export async function gainRisk(tx: AlertDb, seal: AlertSeal, { entity, hash, weight, at, isNew }: Gained): Promise<void> {
  const day = at / DAY_MS;
  const score = Math.log2(weight) + day;
  // Bounded, because a power that is no number any more is an error in SQL.
  const grown = sql<number>`ln(power(2::float8, least(greatest(detection_risk.score - ${day}::float8, -900), 900)) + ${weight}::float8) / ln(2::float8) + ${day}::float8`;
  const alerts = isNew ? 1 : 0;
  await tx
    .insertInto('detection_risk')
    .values({ entity: hash, sealed: seal.entity('detection_risk', hash, entity), score, alerts, last_at: at })
    .onConflict((conflict) =>
      conflict.column('entity').doUpdateSet({
        score: grown,
        alerts: sql<number>`detection_risk.alerts + ${alerts}::bigint`,
        last_at: sql<number>`greatest(detection_risk.last_at, ${at}::bigint)`,
      }),
    )
    .execute();
}

export async function readScores(db: AlertDb, hashes: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (hashes.length === 0) return new Map();
  const rows = await db
    .selectFrom('detection_risk')
    .select(['entity', 'score'])
    .where('entity', 'in', [...new Set(hashes)])
    .execute();
  return new Map(rows.map(({ entity, score }) => [entity, score]));
}
