import { createHash } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { Refusal } from '../platform/refusal.ts';
import type { ApiEnv } from './route.ts';

const KEPT_MAX = 1000;
const KEPT_MS = 3_600_000;
const BODY_BYTES_MAX = 65_536;
const KEY = /^[!-~]{1,255}$/u;
/** Their answer holds a secret that must not be kept: a repeated call is refused instead of answered again. */
const NEVER_KEPT =
  /^\/api\/v1\/(?:tokens|setup-link|people(?:\/[^/]*\/(?:invite|recover))?|secrets\/[^/]*\/[^/]*\/[^/]*\/reveal|database-roles\/[^/]*\/credentials|uploads\/[^/]*\/download)$/u;

interface Kept {
  readonly fingerprint: string;
  readonly until: number;
  /** Null while the first call runs, and for answers that are never kept. */
  answer: { readonly status: number; readonly type: string; readonly body: string; readonly location: string | null } | null;
}

const wrong = (detail: string): Refusal =>
  new Refusal('input-invalid', { errors: [{ pointer: '/headers/idempotency-key', detail }] });

/**
 * A POST with an `Idempotency-Key` is done once: a repetition gets the first answer. Kept in memory and bounded, because it is
 * for the retry after a lost answer, not an archive.
 */
export function idempotency(nowMs: () => number) {
  const kept = new Map<string, Kept>();
  const makeRoom = (): void => {
    for (const [key, { until }] of kept) if (until <= nowMs() || kept.size >= KEPT_MAX) kept.delete(key);
  };
  return createMiddleware<ApiEnv>(async (context, next) => {
    const key = context.req.header('idempotency-key');
    if (context.req.method !== 'POST' || key === undefined) return next();
    if (!KEY.test(key)) throw wrong('1 to 255 visible characters');
    const { path } = context.req;
    const fingerprint = createHash('sha256')
      .update(await context.req.text())
      .digest('hex');
    const name = JSON.stringify([context.get('principal').actor.ref, path, key]);
    const before = kept.get(name);
    if (before !== undefined && before.until > nowMs()) {
      if (before.fingerprint !== fingerprint) throw wrong('was used for another request');
      if (before.answer === null) throw new Refusal('conflict');
      const { status, type, body, location } = before.answer;
      const headers = { 'content-type': type, 'idempotent-replayed': 'true', ...(location === null ? {} : { location }) };
      return new Response(body, { status, headers });
    }
    makeRoom();
    const entry: Kept = { fingerprint, until: nowMs() + KEPT_MS, answer: null };
    kept.set(name, entry);
    await next();
    const { res } = context;
    // What failed was not done: the same key may try again.
    if (!res.ok) kept.delete(name);
    else if (!NEVER_KEPT.test(path)) {
      const body = await res.clone().text();
      const answer = { status: res.status, type: res.headers.get('content-type') ?? 'application/json', body };
      if (body.length <= BODY_BYTES_MAX) entry.answer = { ...answer, location: res.headers.get('location') };
      else kept.delete(name);
    }
    return undefined;
  });
}
