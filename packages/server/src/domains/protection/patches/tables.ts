import type { PatchView } from '@holdfast/contract';
import type { JSONColumnType } from 'kysely';

export type PatchTables = {
  protection_patch: {
    id: string;
    application: string;
    method: string;
    route: string;
    location: string | null;
    parameter: string | null;
    match: JSONColumnType<PatchView['match']>;
    finding: string | null;
    source: PatchView['source'];
    reason: string;
    state: PatchView['state'];
    was: 'detect' | 'enforce';
    created_at: number;
    created_by: string;
    changed_at: number;
    changed_by: string;
    defined_at: number;
    expires_at: number;
    warned: boolean;
    test: string | null;
    revision: number;
  };
  protection_patch_hit: {
    patch: string;
    client: string;
    honest: number;
    attacks: number;
    blocked: number;
    last_seen: number;
  };
};
