export type LearningTables = {
  protection_learned: {
    application: string;
    model: string;
    since: number;
    updated_at: number;
  };
  protection_schema: {
    application: string;
    version: number;
    digest: string;
    fragment: string;
    operations: number;
    mode: 'monitor' | 'enforce';
    kind: 'document' | 'learned';
    accepted_at: number;
    accepted_by: string;
    reason: string | null;
    withdrawn_at: number | null;
    withdrawn_by: string | null;
  };
};
