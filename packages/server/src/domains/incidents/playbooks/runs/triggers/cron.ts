/** Five fields of cron, in UTC: minute, hour, day of the month, month, day of the week (0 and 7 = Sunday). */
export interface Schedule {
  readonly fields: readonly ReadonlySet<number>[];
  /** Both days are said: then either is enough (POSIX crontab). */
  readonly isEitherDay: boolean;
}

const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;
const PART = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/u;

/** Null = it cannot be read. */
export function readCron(text: string): Schedule | null {
  const words = text.trim().split(/\s+/u);
  if (words.length !== RANGES.length) return null;
  const fields: Set<number>[] = [];
  for (const [index, [low, high]] of RANGES.entries()) {
    const field = readField(words[index] ?? '', low, high);
    if (field === null) return null;
    fields.push(field);
  }
  if (fields[4]?.has(7) === true) fields[4].add(0);
  return { fields, isEitherDay: !words[2]?.startsWith('*') && !words[4]?.startsWith('*') };
}

function readField(text: string, low: number, high: number): Set<number> | null {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [whole, from, to, step] = PART.exec(part) ?? [];
    if (whole === undefined) return null;
    const first = from === undefined ? low : Number(from);
    // `5/10` begins at 5 and goes to the end, as in every cron.
    const last = to === undefined ? (from === undefined || step !== undefined ? high : first) : Number(to);
    const by = step === undefined ? 1 : Number(step);
    if (first < low || last > high || first > last || by === 0) return null;
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return values;
}

/** Whether the minute that this time stands in is meant. */
export function isDue({ fields, isEitherDay }: Schedule, time: number): boolean {
  const at = new Date(time);
  const [minute, hour, day, month, weekday] = fields;
  const inDay = day?.has(at.getUTCDate()) === true;
  const inWeek = weekday?.has(at.getUTCDay()) === true;
  const isDay = isEitherDay ? inDay || inWeek : inDay && inWeek;
  return (
    minute?.has(at.getUTCMinutes()) === true &&
    hour?.has(at.getUTCHours()) === true &&
    month?.has(at.getUTCMonth() + 1) === true &&
    isDay
  );
}
