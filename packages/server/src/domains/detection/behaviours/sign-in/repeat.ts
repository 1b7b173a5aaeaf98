/** What goes on is told again after so long, and not before. */
export const REPEAT_MS = 15 * 60_000;
