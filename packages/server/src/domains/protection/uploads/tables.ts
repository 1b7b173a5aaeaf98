import type { FileFinding, ScannerVerdict, UploadDetail, UploadState } from '@holdfast/contract';
import type { JSONColumnType } from 'kysely';

export type StoredState = UploadState | 'pending';

export type UploadTables = {
  protection_upload: {
    id: string;
    state: StoredState;
    hash: string;
    bytes: number;
    node: string;
    application: string;
    cause: UploadDetail['cause'];
    found_type: string | null;
    scans: JSONColumnType<ScannerVerdict[]>;
    details: string | null;
    data_key: string | null;
    times: number;
    request_id: string;
    created_at: number;
    last_seen: number;
    judged_at: number | null;
    judged_with: string | null;
    retry_at: number;
    decided_at: number | null;
    decided_by: string | null;
    reason: string | null;
  };
  protection_upload_block: { hash: string; reason: string; created_at: number; created_by: string };
  protection_upload_release: {
    application: string;
    hash: string;
    upload: string;
    rules: string;
    created_at: number;
    created_by: string;
  };
  protection_upload_passed: {
    hash: string;
    application: string;
    count: number;
    first_seen: number;
    last_seen: number;
    told_at: number | null;
  };
  protection_upload_count: { application: string; day: number; outcome: Outcome; files: number; bytes: number };
};

export type Outcome = 'passed' | 'refused' | 'held' | 'infected';

/** What of a row is sealed. */
export interface Details extends Pick<UploadDetail, 'declaredType' | 'person'> {
  readonly name: string;
  readonly field: string;
  readonly findings: readonly FileFinding[];
  readonly method: string;
  readonly path: string;
  readonly address: string;
}
