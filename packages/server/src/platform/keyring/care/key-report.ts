import type { Database } from '../../db/database.ts';
import type { Keyring } from '../keyring.ts';
import type { SealedArea } from '../sealed-area.ts';

export interface KeyReport {
  readonly node: string;
  readonly key: string;
  readonly nonces: number;
  readonly items: number;
  readonly reportedAt: number;
}

export interface KeyReportParts {
  readonly db: Database;
  readonly node: string;
  readonly keyring: Pick<Keyring, 'ring' | 'nonces'>;
}

/** By key, over all areas of the given kind. */
export async function countItems(areas: readonly SealedArea[]): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>();
  for (const area of areas) {
    for (const [key, items] of await area.count()) sums.set(key, (sums.get(key) ?? 0) + items);
  }
  return sums;
}

/** Tells the other nodes what lies under each key here, where they cannot look, and how often this node has sealed. */
export async function report(
  { db, node, keyring }: KeyReportParts,
  { areas, now }: { areas: readonly SealedArea[]; now: number },
): Promise<void> {
  const items = await countItems(areas.filter(({ isOfNode }) => isOfNode === true));
  const nonces = keyring.nonces.reserved();
  const keys = keyring.ring.ring.keys.filter(({ wrapped }) => wrapped !== null);
  const rows = keys.map(({ id }) => ({ key: id, nonces: nonces.get(id) ?? 0, items: items.get(id) ?? 0 }));
  await db.query(
    `insert into platform_key_report (node, key, nonces, items, reported_at)
      select $1, key, nonces, items, $2 from json_to_recordset($3::json) as row(key text, nonces bigint, items bigint)
      on conflict (node, key) do update
        set nonces = greatest(platform_key_report.nonces, excluded.nonces), items = excluded.items, reported_at = excluded.reported_at`,
    [node, now, JSON.stringify(rows)],
  );
}

/** Of all nodes, this one too. */
export async function readReports(db: Database): Promise<readonly KeyReport[]> {
  const rows = await db.query<{ node: string; key: string; nonces: number; items: number; reported_at: number }>(
    'select node, key, nonces, items, reported_at from platform_key_report order by node, key',
  );
  return rows.map(({ reported_at: reportedAt, ...row }) => ({ ...row, reportedAt }));
}

export async function forgetNodes(db: Database, nodes: readonly string[]): Promise<void> {
  await db.query('delete from platform_key_report where node in (select json_array_elements_text($1::json))', [
    JSON.stringify(nodes),
  ]);
}

/**
 * Other nodes that have something under this key, or that have not spoken since every node knew its successor: they may still
 * have sealed with it.
 */
export function holdersOf(
  key: string,
  since: number,
  { reports, node }: { reports: readonly KeyReport[]; node: string },
): string[] {
  const others = new Set(reports.map((one) => one.node).filter((name) => name !== node));
  for (const { node: name, key: of, items, reportedAt } of reports) {
    if (of === key && items === 0 && reportedAt >= since) others.delete(name);
  }
  return [...others].sort();
}
