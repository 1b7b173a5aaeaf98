/** Where an answer comes from: one exchange on a connection to the application, which can be held back and broken off. */
export interface AnswerSource {
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}
