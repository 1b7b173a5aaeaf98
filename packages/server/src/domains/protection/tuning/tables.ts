import type { PromotionView, RuleAction, Mode } from '@holdfast/contract';
import type { JSONColumnType } from 'kysely';

/** What is put back when a promotion is undone. */
export interface BeforePromotion {
  readonly mode: Mode;
  /** Action of the promoted group; null = it followed the mode. */
  readonly action: RuleAction | null;
}

export type TuningTables = {
  protection_tuning_vector: {
    application: string;
    key: string;
    hour: number;
    client: string;
    established: boolean;
    mode: string;
    outcome: string;
    status_class: number;
    sealed: string;
    count: number;
    first_seen: number;
    last_seen: number;
    request_id: string | null;
  };
  protection_tuning_route: {
    application: string;
    hour: number;
    place: string;
    sealed: string;
    requests: number;
    clean: number;
  };
  protection_tuning_client: { application: string; client: string; clean: number; last_seen: number };
  protection_tuning_decision: {
    card: string;
    application: string;
    decision: 'attack' | 'snooze';
    until: number | null;
    reason: string | null;
    decided_at: number;
    decided_by: string;
  };
  protection_tuning_promotion: {
    id: string;
    application: string;
    rule_group: string | null;
    share: number;
    state: PromotionView['state'];
    before: JSONColumnType<BeforePromotion>;
    baseline: number;
    started_at: number;
    started_by: string;
    until: number;
    watched_until: number;
    forced: boolean;
    reason: string | null;
    ended_at: number | null;
    why: string | null;
  };
};
