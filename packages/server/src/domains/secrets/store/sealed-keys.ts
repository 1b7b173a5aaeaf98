import { sql } from 'kysely';
import type { Database } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { SealedArea } from '../../../platform/keyring/sealed-area.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import type { SecretTables } from './tables.ts';
import { dataKeyPlace } from './value-seal.ts';

/** Third part of `enc:v1:<key id>:…`. */
const keyId = sql<string>`split_part(data_key, ':', 3)`;

/** Data keys of secrets are what lies under the keyring; their values stay as they are when its keys change. */
export function createSealedKeys({ db, keyring }: { readonly db: Database; readonly keyring: Keyring }): SealedArea {
  const tables = () => db.kysely.withTables<SecretTables>();
  return {
    name: 'secrets: data keys',
    async count() {
      const rows = await tables()
        .selectFrom('secret_entry')
        .select((query) => [keyId.as('key'), query.fn.countAll().as('count')])
        .groupBy('key')
        .execute();
      return new Map(rows.map(({ key, count }) => [key, Number(count)]));
    },
    async reseal(wanted, limit) {
      const rows = await tables()
        .selectFrom('secret_entry')
        .select(['id', 'data_key'])
        .where(keyId, '<>', wanted)
        .orderBy('id')
        .limit(limit)
        .execute();
      const anew = rows.map(({ id, data_key: before }) => {
        const bytes = keyring.open(before, dataKeyPlace(id));
        const after = keyring.seal(bytes, dataKeyPlace(id));
        bytes.fill(0);
        return { id, before, after };
      });
      if (anew.length === 0) return 0;
      // Only where it still is what was opened: another node may have been faster, or the secret may be gone.
      const { rows: done } = await sql<{ id: string }>`
        update secret_entry set data_key = made.after
          from jsonb_to_recordset(${JSON.stringify(anew)}::jsonb) as made(id text, before text, after text)
         where secret_entry.id = made.id and secret_entry.data_key = made.before returning secret_entry.id`.execute(tables());
      return done.length;
    },
    async sample(wanted) {
      const row = await tables()
        .selectFrom('secret_entry')
        .select(['id', 'data_key'])
        .where(keyId, '=', wanted)
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return null;
      try {
        keyring.open(row.data_key, dataKeyPlace(row.id)).fill(0);
        return true;
      } catch (error) {
        if (isRefusal(error, 'key-wrong')) return false;
        throw error;
      }
    },
  };
}
