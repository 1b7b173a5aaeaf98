/** What goes between the main thread and the database thread. One statement is on its way at a time. */
export type ToWorker =
  | { readonly kind: 'run'; readonly text: string; readonly params: readonly unknown[] }
  | { readonly kind: 'close' };

export interface StatementError {
  readonly message: string;
  /** SQLSTATE. */
  readonly code: string | null;
  readonly constraint: string | null;
  readonly table: string | null;
}

export type FromWorker =
  | { readonly kind: 'opened' }
  | { readonly kind: 'open-failed'; readonly detail: string }
  | { readonly kind: 'rows'; readonly rows: readonly Record<string, unknown>[]; readonly affected: number }
  | { readonly kind: 'failed'; readonly error: StatementError }
  | { readonly kind: 'closed' };

export interface WorkerParts {
  readonly folder: string;
}
