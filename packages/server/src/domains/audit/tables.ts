/** Columns as SQL gives them back. Types, not interfaces: Kysely asks for an index signature. */
export type AuditTables = {
  /** The projection of the ledger: can be dropped and rebuilt from the segments. */
  audit_event: {
    log: string;
    leaf_index: number;
    event_id: string;
    type: string;
    time: number;
    severity: string;
    outcome: string;
    application: string | null;
    request_id: string | null;
    actor_kind: string;
    actor_ref: string;
    leaf_hash: string;
    /** The exact bytes of the leaf: it is UTF-8 by definition. */
    leaf: string;
    rule_group: string | null;
    path_first: number | null;
    path_last: number | null;
  };
  /** How far the projection has come. */
  audit_projection: { log: string; next_index: number };
  /** The last signed head, beside the file of the same content. */
  audit_head: { log: string; size: number; root: string };
};
