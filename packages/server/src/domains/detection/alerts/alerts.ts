import type {
  AlertDetail,
  AlertQuery,
  AlertSummary,
  AlertVerdict,
  AlertView,
  Detection,
  EventRecord,
  Page,
  SuppressionInput,
  SuppressionView,
} from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** Who works on an alert, and which revision of it they read (null or left out = whatever it is). */
export interface AlertBy {
  readonly actor: Actor;
  readonly revision?: number | null;
}

/** Alerts as people see and work on them. Answers are those of the API. */
export interface Alerts extends AsyncDisposable {
  /** Every event passes here: those behind an alert are hashed, erased subjects are forgotten. Never waits, never throws. */
  observe(events: readonly EventRecord[]): void;
  /** Detections become alerts, or count for one that is open. In order, one after the other; what fails is tried again. */
  take(found: readonly Detection[]): void;
  /** Told of each alert that begins, grows worse or comes out of a suppression, once it was answered; never of a suppressed one. */
  onTold(listener: (alert: AlertDetail) => void): void;
  list(query: AlertQuery): Promise<Page<AlertView>>;
  show(id: string): Promise<AlertDetail>;
  acknowledge(id: string, to: { readonly reason: string | null }, by: AlertBy): Promise<AlertDetail>;
  assign(id: string, to: { readonly assignee: string | null }, by: AlertBy): Promise<AlertDetail>;
  note(id: string, to: { readonly text: string }, by: AlertBy): Promise<AlertDetail>;
  close(id: string, to: { readonly verdict: AlertVerdict; readonly reason: string }, by: AlertBy): Promise<AlertDetail>;
  reopen(id: string, to: { readonly reason: string | null }, by: AlertBy): Promise<AlertDetail>;
  suppress(input: SuppressionInput, actor: Actor): Promise<SuppressionView>;
  suppressions(query: { readonly cursor?: string | undefined; readonly limit: number }): Promise<Page<SuppressionView>>;
  unsuppress(id: string, actor: Actor): Promise<void>;
  summary(): Promise<AlertSummary>;
  /** Detections that wait, and those that did not fit or could not be read, since the start. */
  figures(): { readonly waiting: number; readonly lost: number };
  /** Now and then: what is over ends. */
  tick(): Promise<void>;
  /** Waits until what was taken is stored and answered; for tests and for shutdown. */
  settle(): Promise<void>;
}
