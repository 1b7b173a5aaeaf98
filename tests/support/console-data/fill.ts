import type { Database } from '../../../packages/server/src/platform/db/database.ts';
import { createSearchKeys } from '../../../packages/server/src/domains/audit/search/search-keys.ts';
import { rowOf } from '../../../packages/server/src/domains/audit/projection/store.ts';
import { writeLeaf } from '../../../packages/server/src/domains/audit/leaves/leaf.ts';
import { requestEvent } from '../../../packages/server/src/domains/audit/test-ledger.ts';
import type { SubjectKeys } from '../../../packages/server/src/platform/keyring/subject-keys.ts';

export const ORIGIN = 'bench.test/log';
export const DAYS = 30;
const DAY_MS = 86_400_000;
const LEAVES = 400;
const PATHS = ['/', '/login', '/search', '/api/orders/17', '/admin/users', '/wp-login.php', '/cart/items/4', '/files/report.pdf'];

const hmac = (text: string): string => Buffer.from(text.padEnd(6, '.')).subarray(0, 6).toString('hex');

/** Real leaves, with real ciphertext; every row of the ledger carries one of them. */
async function writeLeaves(db: Database, subjectKeys: SubjectKeys): Promise<number> {
  await db.query(
    'create table bench_leaf (id integer primary key, leaf_hash text, leaf text, path_first bigint, path_last bigint)',
  );
  const keys = createSearchKeys(hmac, (value) => subjectKeys.decrypt(value));
  let bytes = 0;
  for (let id = 0; id < LEAVES; id += 1) {
    const event = requestEvent(id, { reason: 'sqli.tautology' }, { path: PATHS[id % PATHS.length] ?? '/' });
    const entry = Buffer.from(writeLeaf(event, { seq: id, mono: id }, subjectKeys));
    const row = rowOf({ origin: ORIGIN, keys }, { index: id, entry, hash: Buffer.alloc(32, id) });
    bytes += entry.length;
    await db.query('insert into bench_leaf values ($1, $2, $3, $4, $5)', [
      id,
      row.leaf_hash,
      row.leaf,
      row.path_first,
      row.path_last,
    ]);
  }
  return Math.round(bytes / LEAVES);
}

/**
 * Skewed as such logs are: one application has most of it, few things are severe, some kinds of events are one in a hundred
 * thousand, and some combinations never meet (`old` has no failures, `critical` only stands in the newest tenth).
 */
const ROWS = `insert into audit_event (log, leaf_index, event_id, type, time, severity, outcome, application, request_id, actor_kind,
    actor_ref, leaf_hash, leaf, rule_group, path_first, path_last)
  select '${ORIGIN}', n, 'E' || lpad(to_hex(n), 25, '0'),
    case when n % 100003 = 0 then 'backup.created' when n % 50021 = 0 then 'ban.added' when n % 997 = 0 then 'identity.signed-in'
      when n % 1499 = 0 then 'identity.sign-in-refused' when n % 17 = 0 then 'gateway.protocol.reject' else 'request.completed' end,
    $3::bigint + n * ($4::bigint / $5::bigint),
    case when n % 100003 = 0 and n > $5::bigint * 9 / 10 then 'critical' when n % 1009 = 0 then 'high' when n % 3 = 0 then 'medium' else 'low' end,
    case when n % 2003 = 0 and n > $5::bigint / 20 then 'failed' when n % 13 = 0 then 'refused' when n % 3 = 0 then 'blocked' else 'recorded' end,
    case when n < $5::bigint / 20 then 'old' when n % 50 = 0 then 'blog' when n % 7 = 0 then 'api' else 'shop' end,
    lpad(upper(to_hex(n)), 12, '0'), 'visitor', 'sub_' || substr(md5((n % 100000)::text), 1, 20),
    leaf.leaf_hash, leaf.leaf,
    case when n % 17 = 0 then null when n % 10007 = 0 then 'jndi' when n % 5 = 0 then 'xss' else 'sqli' end,
    case when n % 17 = 0 then null else leaf.path_first end, case when n % 17 = 0 then null else leaf.path_last end
  from generate_series($1::bigint, $2::bigint) as n join bench_leaf as leaf on leaf.id = n % ${LEAVES}`;

interface Definition {
  readonly name: string;
  readonly definition: string;
}

/** Indexes are made after the rows, as any bulk load does it; both are told apart. */
async function withoutIndexes(db: Database, load: () => Promise<void>): Promise<number> {
  const indexes = await db.query<Definition>(
    `select indexname as name, indexdef as definition from pg_indexes where tablename = 'audit_event' and indexname <> 'audit_event_pkey'`,
  );
  await db.query('alter table audit_event drop constraint audit_event_pkey');
  for (const { name } of indexes) await db.query(`drop index ${name}`);
  await load();
  const began = performance.now();
  await db.query('alter table audit_event add primary key (log, leaf_index)');
  for (const { definition } of indexes) await db.query(definition);
  return performance.now() - began;
}

export interface Filled {
  readonly leafBytes: number;
  readonly seconds: { readonly rows: number; readonly indexes: number };
}

export async function fillEvents(
  db: Database,
  { count, now, batch, subjectKeys }: { count: number; now: number; batch: number; subjectKeys: SubjectKeys },
): Promise<Filled> {
  const leafBytes = await writeLeaves(db, subjectKeys);
  const began = performance.now();
  const spanMs = DAYS * DAY_MS;
  const load = async (): Promise<void> => {
    for (let from = 0; from < count; from += batch) {
      await db.query(ROWS, [from, Math.min(count, from + batch) - 1, now - spanMs, spanMs, count]);
      process.stderr.write(
        `\r${db.kind}: ${Math.min(count, from + batch)} rows, ${Math.round((performance.now() - began) / 1000)} s `,
      );
    }
  };
  const indexMs = await withoutIndexes(db, load);
  await db.query('analyze audit_event');
  process.stderr.write('\n');
  const whole = performance.now() - began;
  return { leafBytes, seconds: { rows: Math.round((whole - indexMs) / 1000), indexes: Math.round(indexMs / 1000) } };
}

/** Ninety days of counted traffic of three applications and of all together, as the control plane keeps it. */
export async function fillTraffic(db: Database, now: number): Promise<void> {
  const kinds = `(values ('outcome', 'allowed,recorded,blocked,refused,failed'), ('status', '2xx,3xx,4xx,5xx'),
    ('latency', '135,203,304,456,683,1025'), ('group', 'sqli,xss,cmdi'), ('rule', 'sqli.union,xss.handler,cmdi.shell')) as kind (name, keys)`;
  for (const [step, points] of [
    [10, 720],
    [60, 2880],
    [3600, 840],
    [86_400, 90],
  ] as const) {
    await db.query(
      `insert into audit_traffic (kind, step, at, application, key, log, count)
       select kind.name, $1::integer, ($2::bigint / ($1 * 1000) - n) * $1 * 1000, application, key, '${ORIGIN}', 1 + n % 100
       from generate_series(0, $3::integer - 1) as n, unnest(array['shop', 'api', 'blog']) as application, ${kinds},
         unnest(string_to_array(kind.keys, ',')) as key`,
      [step, now, points],
    );
  }
  await db.query(
    `insert into audit_traffic (application, kind, step, at, key, log, count)
     select '*', kind, step, at, key, log, sum(count) from audit_traffic group by kind, step, at, key, log`,
  );
  await db.query('analyze audit_traffic');
}

/** A large installation beside its log. */
export async function fillLists(db: Database, now: number): Promise<void> {
  const id = (letter: string): string => `'01${letter}' || lpad(upper(to_hex(n)), 23, '0')`;
  await db.query(
    `insert into identity_person (id, name, display, role, status, mfa_required, created_at, created_by)
     select ${id('A')}, 'person-' || n, 'Person ' || n, case when n % 100 = 0 then 'analyst' end,
       case when n % 50 = 1 then 'invited' else 'active' end, n % 3 = 0, $1::bigint - n, 'bench' from generate_series(1, 20000) as n`,
    [now],
  );
  await db.query(
    `insert into identity_totp (person, secret_cipher, confirmed_at, last_step)
     select id, 'x', created_at, 0 from identity_person where mfa_required`,
  );
  await db.query(
    `insert into identity_session (hash, id, person, kind, application, created_at, last_seen_at, expires_at, idle_ms, acr, amr, auth_time)
     select md5(n::text) || md5(n::text), ${id('B')}, ${id('A')}, 'application', 'shop', $1::bigint, $1::bigint, $1::bigint + 36000000, 36000000, 'aal1',
       '["pwd"]', $1::bigint from generate_series(1, 20000) as n`,
    [now],
  );
  await db.query(
    `insert into protection_ban (prefix, reason, created_at, created_by, expires_at)
     select '10.' || n / 65536 || '.' || n / 256 % 256 || '.' || n % 256, 'bench ' || n, $1::bigint, 'bench', null
     from generate_series(1, 100000) as n`,
    [now],
  );
  await db.query(
    `insert into protection_exception
     select ${id('C')}, 'shop', 'GET', '/r/' || n, 'query', 'q', 'sqli.union', 'sqli', 'bench', $1::bigint, 'bench', $1::bigint + 8640000000
     from generate_series(1, 1000) as n`,
    [now],
  );
  await db.query('analyze');
}
