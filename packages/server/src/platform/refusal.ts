import { PROBLEMS, type ProblemCode, type ProblemDocument } from '@holdfast/contract';

/** One field that is not acceptable: where (RFC 6901 pointer), why, and for files on which line. */
export interface FieldFault {
  readonly pointer: string;
  readonly detail: string;
  readonly line?: number;
}

export interface RefusalOptions {
  readonly cause?: unknown;
  readonly errors?: readonly FieldFault[];
  /** What happened here, for the operator's terminal and the log. Never sent to a stranger. */
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
  /** What `step-up-required` asks for. */
  readonly stepUp?: StepUp;
}

export type StepUp = Required<Pick<ProblemDocument, 'acr' | 'maxAgeSeconds'>>;

/** The one way to say no: a code of the problem catalogue. Anything else that is thrown is a defect and answers 500. */
export class Refusal extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly FieldFault[];
  readonly retryAfterSeconds: number | null;
  readonly stepUp: StepUp | null;

  constructor(code: ProblemCode, options: RefusalOptions = {}) {
    super(options.detail ?? PROBLEMS[code].detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Refusal';
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.stepUp = options.stepUp ?? null;
  }
}

export function isRefusal(error: unknown, code?: ProblemCode): error is Refusal {
  return error instanceof Refusal && (code === undefined || error.code === code);
}
