export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** What the operator does next: a command or a place to look. */
  readonly next: string;
}

type Row = readonly [status: number, title: string, detail: string, next: string];
export const define = (...[status, title, detail, next]: Row): ProblemDefinition => ({ status, title, detail, next });
