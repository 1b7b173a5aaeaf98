import type { BackupSchedule, BackupView, DrillInput, DrillView, Page, PageQuery, RecoveryStatus } from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** The action that asks for it. */
export interface PreparedBy {
  readonly id: string;
  readonly actor: Actor;
  readonly reason: string;
}

/** Backups that are made, proved and restored on trial. Restoring for good is `holdfast recover`, with the server down. */
export interface Recovery extends AsyncDisposable {
  status(): Promise<RecoveryStatus>;
  setSchedule(schedule: BackupSchedule, actor: Actor): Promise<BackupSchedule>;
  backUp(actor: Actor): Promise<BackupView>;
  backups(query: PageQuery): Promise<Page<BackupView>>;
  backup(id: string): Promise<BackupView>;
  verify(id: string, actor: Actor): Promise<BackupView>;
  /** Resolves when it began; it is followed by `drill(id)`. */
  startDrill(input: DrillInput, actor: Actor): Promise<DrillView>;
  drill(id: string): Promise<DrillView>;
  drills(query: PageQuery): Promise<Page<DrillView>>;
  /** Null = none was verified. */
  newestVerified(): Promise<BackupView | null>;
  /** For an action: a backup of now, the chosen one restored on trial, and a signed note for `holdfast recover`. Once under its id. */
  prepare(backup: string | null, by: PreparedBy): Promise<{ readonly file: string; readonly before: string }>;
  /** True = the note of this action was there and is gone. */
  withdraw(action: string): Promise<boolean>;
  /** The backup that waits to be restored, by its id; null = none does. Says so when its note was changed. */
  pending(): Promise<string | null>;
  /** Each second: what is due begins, once a minute, and is not waited for. */
  tick(): Promise<void>;
  /** What began is over. */
  settle(): Promise<void>;
}
