import type { Paint } from './terminal/paint.ts';

/** What a command gives back; the output layer prints it as one JSON document or as text for people. */
export interface Outcome {
  readonly data: unknown;
  /** Goes to stdout unless `--json` is set. Empty = nothing to say. */
  readonly text: string | ((paint: Paint) => string);
  /** 0 unless the command found something (1) or was interrupted (130). Of a program that it ran: whatever that ended with. */
  readonly exit?: number;
  /** Null = the command has printed everything itself, as a stream. */
  readonly isStreamed?: boolean;
}
