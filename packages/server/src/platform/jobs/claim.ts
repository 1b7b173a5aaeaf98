import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';

export interface Claims {
  /** Runs it unless somebody, here or at another node, runs one of this name; false = it was not run. */
  alone(name: string, run: () => Promise<void>): Promise<boolean>;
}

/** Far longer than it may take: one that was killed holds nobody up for longer. */
const HELD_MS = 120_000;

/** Moving the due time forward is the claim, as of repeated jobs. */
export function createClaims({ db, clock }: { readonly db: Database; readonly clock: Clock }): Claims {
  return {
    async alone(name, run) {
      await db.query('insert into platform_schedule (name, due_at) values ($1, 0) on conflict do nothing', [name]);
      const now = clock.now();
      const until = now + HELD_MS;
      // A clock that was set back must not keep it for ever.
      const rows = await db.query(
        'update platform_schedule set due_at = $2 where name = $1 and (due_at <= $3 or due_at > $4) returning name',
        [name, until, now, until + HELD_MS],
      );
      if (rows.length === 0) return false;
      try {
        await run();
      } finally {
        await db.query('update platform_schedule set due_at = 0 where name = $1 and due_at = $2', [name, until]);
      }
      return true;
    },
  };
}
