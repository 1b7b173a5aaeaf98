import type { Kysely } from 'kysely';

export type AccessTables = {
  access_policy: {
    set_id: string;
    version: number;
    digest: string;
    text: string;
    policies: number;
    accepted_at: number;
    accepted_by: string;
    reason: string | null;
    withdrawn_at: number | null;
    withdrawn_by: string | null;
  };
  access_policy_draft: {
    set_id: string;
    digest: string;
    text: string;
    policies: number;
    saved_at: number;
    saved_by: string;
  };
};

export type AccessDb = Kysely<AccessTables>;
