/** More different secrets within a minute than this is nobody looking something up. */
export const BURST_SECRETS = 10;
export const BURST_WINDOW_MS = 60_000;
/** Identities watched at a time; the one that read longest ago is forgotten first. */
const IDENTITIES_MAX = 10_000;

interface Seen {
  /** Secret -> when it was read last, oldest first. */
  readonly readAt: Map<string, number>;
  toldAt: number;
}

/** Says once a minute that an identity reads too many different secrets. Memory is bounded whatever is read. */
export function createBurstWatch(monotonicMs: () => number) {
  const byIdentity = new Map<string, Seen>();

  /** True = this read makes it one too many, and that was not said within this minute. */
  return (identity: string, secret: string): boolean => {
    const now = monotonicMs();
    const seen = byIdentity.get(identity) ?? { readAt: new Map<string, number>(), toldAt: Number.NEGATIVE_INFINITY };
    byIdentity.delete(identity);
    byIdentity.set(identity, seen);
    if (byIdentity.size > IDENTITIES_MAX) dropFirst(byIdentity);
    seen.readAt.delete(secret);
    seen.readAt.set(secret, now);
    for (const [name, at] of seen.readAt) {
      if (now - at < BURST_WINDOW_MS) break;
      seen.readAt.delete(name);
    }
    if (seen.readAt.size > BURST_SECRETS + 1) dropFirst(seen.readAt);
    if (seen.readAt.size <= BURST_SECRETS || now - seen.toldAt < BURST_WINDOW_MS) return false;
    seen.toldAt = now;
    return true;
  };
}

function dropFirst(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
