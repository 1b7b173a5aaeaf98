/**
 * Why something was not told. `away`: it can be told later. `refused`: this message is not taken, others may be; tried a few
 * times. `never`: the standard says that it must not be tried again. The message is for people and holds no secret.
 */
export class ChannelFault extends Error {
  readonly what: 'away' | 'refused' | 'never';
  /** How long whoever was asked wants to be left alone. */
  readonly retryAfterMs: number;

  constructor(message: string, { what = 'away', retryAfterMs = 0 }: { what?: ChannelFault['what']; retryAfterMs?: number } = {}) {
    super(message);
    this.name = 'ChannelFault';
    this.what = what;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What of an error may be shown: the code of the system, never its text, which can hold an address with its secret. */
export function wordsOf(error: unknown): string {
  if (error instanceof ChannelFault) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code).slice(0, 64) : null;
  return code === null ? 'it does not answer' : `it does not answer (${code})`;
}
