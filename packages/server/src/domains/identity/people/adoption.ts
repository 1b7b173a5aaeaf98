import type { MfaAdoption } from '@holdfast/contract';
import type { Database } from '../../../platform/db/database.ts';

/** How many have what they need to sign in with two factors; counted where they are stored. */
export async function readAdoption(db: Pick<Database, 'query'>): Promise<MfaAdoption> {
  const [row] = await db.query<MfaAdoption>(
    `select count(*)::integer as "people",
       count(*) filter (where status = 'active')::integer as "active",
       count(*) filter (where status = 'invited')::integer as "invited",
       count(*) filter (where status = 'disabled')::integer as "disabled",
       count(*) filter (where status = 'active' and (totp or passkey))::integer as "withMfa",
       count(*) filter (where status = 'active' and passkey)::integer as "withPasskey",
       count(*) filter (where status = 'active' and totp)::integer as "withTotp",
       count(*) filter (where status = 'active' and not totp and not passkey and (role is not null or mfa_required))::integer
         as "neededWithout",
       count(*) filter (where status = 'active' and role in ('owner', 'administrator'))::integer as "administrators"
     from (
       select status, role, mfa_required, totp.person is not null as totp, key.person is not null as passkey
       from identity_person
         left join identity_totp as totp on totp.person = identity_person.id
         left join (select distinct person from identity_passkey) as key on key.person = identity_person.id
     ) as person`,
  );
  if (row === undefined) throw new Error('assertion: a count has one row');
  return row;
}
