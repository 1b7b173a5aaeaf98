import type { Isolation } from '@holdfast/contract';
import type { JSONColumnType } from 'kysely';

export type IsolationTables = {
  protection_isolation: {
    id: string;
    application: string;
    kind: Isolation['kind'];
    method: string;
    route: string | null;
    allow: JSONColumnType<string[]>;
    created_at: number;
    created_by: string;
    reason: string;
    expires_at: number | null;
    refused: number;
    checks: string | null;
    checked_at: number | null;
  };
};
