/** Revocation reaches a gateway by message at once; where messages are lost, this is how long a session lives on at most. */
export const SESSION_TTL_MS = 10_000;
const SESSIONS_MAX = 20_000;
/** Tokens that open nothing. Kept apart: inventing them must not push out people who are signed in. */
const UNKNOWN_MAX = 2000;

interface Entry<Known> {
  readonly application: string;
  readonly session: Known;
  readonly until: number;
}

/** What the control plane said of sessions and tokens, for a short time. Times are monotonic. */
export class SessionCache<Known> {
  readonly #known = new Map<string, Entry<Known>>();
  readonly #unknown = new Map<string, number>();

  /** The session, null for a token known to open nothing here, undefined when the control plane has to be asked. */
  find(hash: string, application: string, nowMono: number): Known | null | undefined {
    const entry = this.#known.get(hash);
    if (entry !== undefined && entry.until > nowMono && entry.application === application) {
      // The least recently used one stands first.
      this.#known.delete(hash);
      this.#known.set(hash, entry);
      return entry.session;
    }
    const until = this.#unknown.get(`${hash} ${application}`);
    return until !== undefined && until > nowMono ? null : undefined;
  }

  put(hash: string, application: string, { session, nowMono }: { session: Known | null; nowMono: number }): void {
    const until = nowMono + SESSION_TTL_MS;
    if (session === null) {
      this.#known.delete(hash);
      keep(this.#unknown, `${hash} ${application}`, { value: until, max: UNKNOWN_MAX });
    } else keep(this.#known, hash, { value: { application, session, until }, max: SESSIONS_MAX });
  }

  drop(hash: string): void {
    this.#known.delete(hash);
  }

  get size(): number {
    return this.#known.size + this.#unknown.size;
  }
}

function keep<Value>(map: Map<string, Value>, key: string, { value, max }: { value: Value; max: number }): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
