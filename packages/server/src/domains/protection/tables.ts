import type { Generated, JSONColumnType, Kysely } from 'kysely';
import type { IsolationTables } from './isolations/tables.ts';
import type { LearningTables } from './learning/tables.ts';
import type { PatchTables } from './patches/tables.ts';
import type { PolicyCounts } from './snapshots/policy.ts';
import type { TuningTables } from './tuning/tables.ts';
import type { UploadTables } from './uploads/tables.ts';

export type ProtectionTables = TuningTables &
  LearningTables &
  PatchTables &
  IsolationTables &
  UploadTables & {
    protection_ban: {
      seq: Generated<number>;
      prefix: string;
      reason: string;
      created_at: number;
      created_by: string;
      expires_at: number | null;
    };
    protection_allow: {
      seq: Generated<number>;
      prefix: string;
      reason: string;
      origin: 'config' | 'operator';
      created_at: number;
      created_by: string;
    };
    protection_bypass: {
      seq: Generated<number>;
      started_at: number;
      until: number;
      reason: string;
      started_by: string;
      ended_at: number | null;
    };
    protection_exception: {
      id: string;
      application: string;
      method: string;
      route: string;
      location: string;
      parameter: string;
      rule: string;
      rule_group: string;
      reason: string;
      created_at: number;
      created_by: string;
      expires_at: number;
      request_id: string | null;
    };
    protection_snapshot: {
      version: number;
      digest: string;
      policy: string;
      counts: JSONColumnType<PolicyCounts>;
      created_at: number;
      cause: string;
      actor: string;
    };
    protection_counter: { name: string; value: number };
    protection_csp_report: {
      application: string;
      directive: string;
      blocked: string;
      count: number;
      first_seen: number;
      last_seen: number;
    };
    protection_csp_inline: {
      application: string;
      kind: 'script' | 'style';
      hash: string;
      path: string;
      count: number;
      first_seen: number;
      last_seen: number;
    };
  };

export type ProtectionDb = Kysely<ProtectionTables>;
