import type { IndicatorAction, IndicatorKind, SourceFormat } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../../platform/db/database.ts';

export interface SourceRow {
  readonly id: string;
  readonly name: string;
  readonly format: SourceFormat;
  readonly url: string | null;
  readonly kind: IndicatorKind | null;
  readonly value_column: string | null;
  readonly collection: string | null;
  readonly credential: string | null;
  readonly pinned: string | null;
  readonly every_minutes: number;
  readonly confidence: number;
  readonly action: IndicatorAction;
  readonly days: number;
  readonly enabled: boolean;
  readonly next_at: number;
  readonly refreshed_at: number | null;
  readonly changed_at: number | null;
  readonly trouble: string | null;
  readonly etag: string | null;
  readonly last_modified: string | null;
  readonly position: string | null;
  readonly content_digest: string | null;
  readonly entries: number;
  readonly refused: string;
}

export interface IndicatorRow {
  readonly id: string;
  readonly kind: IndicatorKind;
  readonly value: string;
  readonly confidence: number;
  readonly action: IndicatorAction;
  readonly first_seen_at: number;
  readonly expires_at: number;
  readonly reason: string;
  readonly created_by: string;
}

export type IntelTables = {
  detection_intel_source: SourceRow;
  detection_intel_content: { source: string; part: number; bytes: Uint8Array };
  detection_intel_indicator: IndicatorRow;
};
export type IntelDb = Kysely<IntelTables>;

export const tablesOf = (db: Pick<Database, 'kysely'>): IntelDb => db.kysely.withTables<IntelTables>();
