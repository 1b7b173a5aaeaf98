import type { Answered, Detection } from '@holdfast/contract';

/** What is asked for because of one alert. */
export interface Wanted {
  readonly alert: string;
  readonly detector: string;
  readonly application: string | null;
  readonly answers: Detection['answers'];
}

/** What is done at once. Never throws: what cannot be done is refused, with the reason. */
export interface Answers {
  carryOut(wanted: Wanted): Promise<readonly Answered[]>;
}
