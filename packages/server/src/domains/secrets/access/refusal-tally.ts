/** Of one identity in one second; a program that is not let in tries again and again. */
const PER_SECOND = 20;
const SECOND_MS = 1000;
const IDENTITIES_MAX = 1000;

interface Counted {
  since: number;
  recorded: number;
  unrecorded: number;
}

/** How many refusals of an identity went unrecorded before this one; null = neither is this one recorded. */
export function createRefusalTally(monotonicMs: () => number): (identity: string) => number | null {
  const byIdentity = new Map<string, Counted>();
  return (identity) => {
    const now = monotonicMs();
    const held = byIdentity.get(identity) ?? { since: now, recorded: 0, unrecorded: 0 };
    byIdentity.delete(identity);
    byIdentity.set(identity, held);
    if (byIdentity.size > IDENTITIES_MAX) {
      const [oldest] = byIdentity.keys();
      if (oldest !== undefined) byIdentity.delete(oldest);
    }
    if (now - held.since >= SECOND_MS) Object.assign(held, { since: now, recorded: 0 });
    if (held.recorded >= PER_SECOND) {
      held.unrecorded += 1;
      return null;
    }
    held.recorded += 1;
    const before = held.unrecorded;
    held.unrecorded = 0;
    return before;
  };
}
