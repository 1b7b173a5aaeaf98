import type { Database } from '../../db/database.ts';
import type { Place } from '../envelope.ts';
import type { Keyring } from '../keyring.ts';
import type { SealedArea } from '../sealed-area.ts';

/** A column that holds envelopes. All names are constants of the program: they stand in SQL as they are. */
export interface TableColumn {
  /** As operators read it. */
  readonly name: string;
  readonly table: string;
  /** What finds a row, in the order of an index; `bigint` for numbers. */
  readonly keys: readonly { readonly column: string; readonly type?: 'bigint' }[];
  readonly column: string;
  /** Where the content belongs, of a row with these keys. */
  readonly place: (keys: readonly string[]) => Place;
  /** Rows of before the column was sealed can be there still: they count as sealed with the key `clear`, and are sealed like others. */
  readonly wasClear?: true;
}

/** What {@link SealedArea.count} calls the key of rows that are not sealed yet. */
export const CLEAR = 'clear';

interface Row {
  readonly keys: readonly string[];
  readonly sealed: string;
}

const FAULTS_NAMED_MAX = 10;
const PREFIX = 'enc:v1:';
/** `enc:v1:<key id>:…`. */
const keyIdOf = (column: string): string =>
  `case when ${column} like '${PREFIX}%' then split_part(${column}, ':', 3) else '${CLEAR}' end`;

type Sealing = Pick<Keyring, 'seal' | 'open'>;

/**
 * Rows of one table. It goes through them by their keys, so that no batch looks at all rows again, and writes a row only as
 * long as it still holds what was read: whoever changed it in between sealed it with the active key.
 */
export function createTableArea(db: Database, keyring: Sealing, spec: TableColumn): SealedArea {
  const { place } = spec;
  const rows = rowsOf(db, spec);
  const pass = createPass();
  const seal = (row: Row): Resealed[] => {
    const at = place(row.keys);
    try {
      const bytes = row.sealed.startsWith(PREFIX) ? keyring.open(row.sealed, at) : Buffer.from(row.sealed, 'utf8');
      return [{ ...row, anew: keyring.seal(bytes, at) }];
    } catch {
      pass.fault(at);
      return [];
    }
  };
  return {
    name: spec.name,
    count: () => rows.count(),
    async reseal(keyId, limit) {
      pass.toward(keyId);
      for (;;) {
        const batch = await rows.behind(keyId, { limit, after: pass.after });
        const last = batch.at(-1);
        if (last === undefined) {
          if (pass.end()) return 0;
          continue;
        }
        pass.after = last.keys;
        const anew = batch.flatMap(seal);
        const done = anew.length === 0 ? 0 : await rows.replace(anew);
        pass.done(done);
        if (done > 0) return done;
      }
    },
    async sample(keyId) {
      const row = await rows.any(keyId);
      return row === null ? null : !row.sealed.startsWith(PREFIX) || opens(keyring, row.sealed, place(row.keys));
    },
  };
}

interface Resealed extends Row {
  readonly anew: string;
}

/** The SQL of an area: it knows no content, only which key sealed it. */
function rowsOf(db: Database, { table, column, keys, wasClear }: TableColumn) {
  const names = keys.map((key) => key.column);
  const list = names.join(', ');
  const asTexts = `array[${names.map((name) => `${name}::text`).join(', ')}] as keys, ${column} as sealed`;
  const isSealed = wasClear === true ? `${column} is not null` : `${column} like '${PREFIX}%'`;
  const keyId = `(${keyIdOf(column)})`;
  return {
    async count(): Promise<ReadonlyMap<string, number>> {
      const rows = await db.query<{ key: string; items: number }>(
        `select ${keyId} as key, count(*) as items from ${table} where ${isSealed} group by 1`,
      );
      return new Map(rows.map(({ key, items }) => [key, items]));
    },
    behind(key: string, { limit, after }: { limit: number; after: readonly string[] | null }): Promise<readonly Row[]> {
      const marks = keys.map(({ type }, index) => `$${index + 3}${type === undefined ? '' : `::${type}`}`);
      const from = after === null ? '' : `and (${list}) > (${marks.join(', ')})`;
      return db.query<Row>(
        `select ${asTexts} from ${table} where ${isSealed} and ${keyId} <> $1 ${from} order by ${list} limit $2`,
        [key, limit, ...(after ?? [])],
      );
    },
    async replace(rows: readonly Resealed[]): Promise<number> {
      const fields = keys.map(({ type = 'text' }, index) => `k${index} ${type}`).join(', ');
      const match = names.map((name, index) => `t.${name} = v.k${index}`).join(' and ');
      const values = rows.map((row) => ({
        ...Object.fromEntries(row.keys.map((key, index) => [`k${index}`, key])),
        sealed: row.sealed,
        anew: row.anew,
      }));
      const done = await db.query(
        `update ${table} as t set ${column} = v.anew
          from json_to_recordset($1::json) as v(${fields}, sealed text, anew text)
          where ${match} and t.${column} = v.sealed returning 1 as one`,
        [JSON.stringify(values)],
      );
      return done.length;
    },
    async any(key: string): Promise<Row | null> {
      const [row] = await db.query<Row>(
        `select ${asTexts} from ${table} where ${isSealed} and ${keyId} = $1 order by random() limit 1`,
        [key],
      );
      return row ?? null;
    },
  };
}

export function opens(keyring: Pick<Keyring, 'open'>, sealed: string, place: Place): boolean {
  try {
    keyring.open(sealed, place).fill(0);
    return true;
  } catch {
    return false;
  }
}

/** One way through a table from the first row to the last; it is over when a whole way found nothing to do. */
function createPass() {
  let toward: string | null = null;
  let changed = 0;
  let faults: string[] = [];
  let count = 0;
  const state = {
    after: null as readonly string[] | null,
    toward(keyId: string): void {
      if (toward !== keyId) state.restart();
      toward = keyId;
    },
    restart(): void {
      state.after = null;
      changed = 0;
      faults = [];
      count = 0;
    },
    done(rows: number): void {
      changed += rows;
    },
    fault(place: Place): void {
      count += 1;
      if (faults.length < FAULTS_NAMED_MAX) faults.push(place.join('/'));
    },
    /** True = nothing is left. Rows that do not open are told once everything else is done. */
    end(): boolean {
      const isClean = changed === 0;
      const told = { faults, count };
      state.restart();
      if (!isClean) return false;
      if (told.count > 0) throw new UnopenedError(told.faults, told.count);
      return true;
    },
  };
  return state;
}

/** Names places, never what is in them. */
export class UnopenedError extends Error {
  readonly places: readonly string[];
  readonly count: number;

  constructor(places: readonly string[], count: number) {
    super(`${count} do not open, the first at ${places[0] ?? 'an unknown place'}`);
    this.name = 'UnopenedError';
    this.places = places;
    this.count = count;
  }
}
