import type { ActionName, ActionState } from '@holdfast/contract';
import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../../platform/db/database.ts';

/** What is under way while the state is `running`. */
export type Work = 'apply' | 'undo' | 'end';

// A type, because an interface does not satisfy the index signature that kysely asks for.
export type ActionTables = {
  incident_action: {
    id: string;
    request_key: string;
    request_digest: string;
    action: ActionName;
    state: ActionState;
    work: Work | null;
    node: string | null;
    claimed_until: number | null;
    incident: string | null;
    run: string | null;
    step: string | null;
    application: string | null;
    requested_at: number;
    began_at: number | null;
    decide_by: number | null;
    expires_at: number | null;
    revision: number;
    content: string;
  };
};

export type ActionDb = Kysely<ActionTables>;
export type ActionRow = Selectable<ActionTables['incident_action']>;

export const tablesOf = (db: Pick<Database, 'kysely'>): ActionDb => db.kysely.withTables<ActionTables>();
