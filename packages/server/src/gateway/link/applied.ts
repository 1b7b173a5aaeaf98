/** Beyond this nobody waits for a gateway that does not answer: what it was told stands in its queue. */
const WAIT_MS = 2000;

interface Waiting {
  readonly version: number;
  /** Gateways that have not said it yet. */
  readonly left: Set<number>;
  readonly done: (isInForce: boolean) => void;
}

/** Which snapshot each gateway process judges by, as they tell it. */
export interface Applied {
  /** Serves, and judges by this version or a newer one. */
  note(gateway: number, version: number): void;
  /** Gone, or it could not take over what it was told: nobody waits for it any more. */
  forget(gateway: number): void;
  /** True = everyone that serves now judges by this version; false = one does not say so. */
  settled(version: number): Promise<boolean>;
}

/**
 * Whoever cuts something off is told that it is done when it is: a message to another process is on its way for a while, and until
 * it has arrived requests are judged as before.
 */
export function createApplied(waitMs = WAIT_MS): Applied {
  const versions = new Map<number, number>();
  const waiting = new Set<Waiting>();
  const strike = (gateway: number, isMet: (one: Waiting) => boolean): void => {
    for (const one of waiting) {
      if (!isMet(one)) continue;
      one.left.delete(gateway);
      if (one.left.size === 0) one.done(true);
    }
  };
  return {
    note(gateway, version) {
      versions.set(gateway, version);
      strike(gateway, (one) => one.version <= version);
    },
    forget(gateway) {
      versions.delete(gateway);
      strike(gateway, () => true);
    },
    settled(version) {
      const left = new Set([...versions].filter(([, held]) => held < version).map(([gateway]) => gateway));
      if (left.size === 0) return Promise.resolve(true);
      // oxlint-disable-next-line promise/avoid-new -- what resolves it are messages
      return new Promise((resolve) => {
        const done = (isInForce: boolean): void => {
          clearTimeout(timer);
          waiting.delete(one);
          resolve(isInForce);
        };
        const one: Waiting = { version, left, done };
        const timer = setTimeout(() => done(false), waitMs).unref();
        waiting.add(one);
      });
    },
  };
}
