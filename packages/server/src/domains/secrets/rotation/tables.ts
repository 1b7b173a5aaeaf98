import type { Rotation, RotatorSettings } from '@holdfast/contract';
import type { JSONColumnType, Kysely, Selectable } from 'kysely';
import type { Facts } from './rotator.ts';

interface RefColumns {
  application: string;
  environment: string;
  name: string;
}

export type RotationTables = {
  secret_rotation_plan: RefColumns & {
    settings: JSONColumnType<RotatorSettings>;
    every_days: number | null;
    overlap_ms: number;
    next_at: number | null;
    failures: number;
    changed_at: number;
    changed_by: string;
  };
  secret_rotation: RefColumns & {
    id: string;
    settings: JSONColumnType<RotatorSettings>;
    is_drill: boolean;
    cause: Rotation['cause'];
    step: Rotation['step'];
    facts: JSONColumnType<Facts>;
    old_version: number | null;
    new_version: number | null;
    overlap_ms: number;
    started_at: number;
    started_by: string;
    verified_ms: number | null;
    published_at: number | null;
    overlap_until: number | null;
    failed_step: Rotation['step'] | null;
    trouble: string | null;
    attempts: number;
    due_at: number;
    claim: string | null;
    claimed_until: number | null;
    outcome: Rotation['outcome'];
    finished_at: number | null;
  };
};
export type RotationDb = Kysely<RotationTables>;
export type PlanRow = Selectable<RotationTables['secret_rotation_plan']>;
export type RotationRow = Selectable<RotationTables['secret_rotation']>;
