import type { RULE_KINDS, RULE_ORIGINS, RuleState, SEVERITIES } from '@holdfast/contract';
import type { JSONColumnType, Kysely } from 'kysely';

export type RuleTables = {
  detection_text: {
    id: string;
    origin: (typeof RULE_ORIGINS)[number];
    file: string;
    text: string;
    digest: string;
    state: RuleState;
    is_set: boolean;
    reason: string | null;
    changed_at: number;
    changed_by: string;
  };
  detection_rule: {
    id: string;
    text_id: string;
    kind: (typeof RULE_KINDS)[number];
    name: string | null;
    title: string;
    severity: (typeof SEVERITIES)[number];
    status: string | null;
    category: string | null;
    product: string | null;
    service: string | null;
    tags: JSONColumnType<string[]>;
    refs: JSONColumnType<string[] | null>;
    waits: string | null;
    idle: string | null;
    hits: number;
    last_hit_at: number | null;
  };
  detection_behaviour: {
    id: string;
    state: RuleState;
    thresholds: JSONColumnType<Record<string, number>>;
    hits: number;
    last_hit_at: number | null;
  };
  detection_bulk_route: {
    id: string;
    application: string;
    route: string;
    reason: string;
    created_at: number;
    created_by: string;
  };
  detection_set: { id: number; version: number };
};

export type RuleDb = Kysely<RuleTables>;
