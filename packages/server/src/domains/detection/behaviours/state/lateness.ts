/** So late an event may come and still takes its place. */
export const LATENESS_MS = 120_000;
