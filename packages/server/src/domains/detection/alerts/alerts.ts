import type {
  AlertDetail,
  AlertQuery,
  AlertSummary,
  AlertVerdict,
  AlertView,
  Detection,
  Page,
  SuppressionInput,
  SuppressionView,
} from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** Alerts as people see and work on them. Answers are those of the API. */
export interface Alerts {
  /** Detections become alerts, or count for one that is open. In order, one after the other; what fails is tried again. */
  take(found: readonly Detection[]): void;
  /** Told of each alert that begins, or is due to be told again, and is not suppressed. */
  onTold(listener: (alert: AlertDetail) => void): void;
  list(query: AlertQuery): Promise<Page<AlertView>>;
  show(id: string): Promise<AlertDetail>;
  acknowledge(id: string, by: { readonly actor: Actor; readonly reason: string | null }): Promise<AlertDetail>;
  assign(id: string, assignee: string | null, actor: Actor): Promise<AlertDetail>;
  note(id: string, text: string, actor: Actor): Promise<AlertDetail>;
  close(id: string, to: { readonly verdict: AlertVerdict; readonly reason: string }, actor: Actor): Promise<AlertDetail>;
  reopen(id: string, by: { readonly actor: Actor; readonly reason: string | null }): Promise<AlertDetail>;
  suppress(input: SuppressionInput, actor: Actor): Promise<SuppressionView>;
  suppressions(query: { readonly cursor?: string | undefined; readonly limit: number }): Promise<Page<SuppressionView>>;
  unsuppress(id: string, actor: Actor): Promise<void>;
  summary(): Promise<AlertSummary>;
  /** Waits until what was taken is stored; for tests and for shutdown. */
  settle(): Promise<void>;
}
