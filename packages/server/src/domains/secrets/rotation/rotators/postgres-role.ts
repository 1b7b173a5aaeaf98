import type { SecretData } from '@holdfast/contract';
import { addressIn, loginIn, newPassword, POSTGRES, replaceLogin, withLogin, type Login } from '../../targets/login.ts';
import { quoteName, quoteText } from '../../targets/postgres/quote.ts';
import { assertRoles, clearPassword, hasRole, setPassword } from '../../targets/postgres/roles.ts';
import { scramVerifier } from '../../targets/postgres/scram.ts';
import { proveLogin, withPostgres, type PostgresSession } from '../../targets/postgres/session.ts';
import { TargetFault } from '../../targets/target-fault.ts';
import type { OpenSecret, RotationJob, Rotator, SettingsOf } from '../rotator.ts';
import { adminAddress, credentialOf } from './postgres-admin.ts';

type Settings = SettingsOf<'postgres'>;
type Job = RotationJob<Settings>;

/**
 * One role, whose password is replaced: from the change at the server until a program asks again its new logins are refused. A drill
 * uses a role of its own, because this one is in use.
 */
export function createPostgresRole(openSecret: OpenSecret): Rotator<Settings> {
  const admin = async (job: Job): Promise<URL> => adminAddress(await openSecret(job.settings.admin));
  return {
    async check(job) {
      const address = await admin(job);
      await withPostgres(address, (session) => assertRoles(session, [job.settings.role]));
      place(job, address, { username: job.settings.role, password: '' });
    },
    async make(job) {
      const role = job.isDrill ? `holdfast_drill_${job.id.toLowerCase()}` : job.settings.role;
      return { data: place(job, await admin(job), { username: role, password: newPassword() }), facts: { role } };
    },
    async set(job, next) {
      const { username, password } = credentialOf(next, job.facts['role']);
      await withPostgres(await admin(job), async (session) => {
        if (job.isDrill) await ensureDrillRole(session, username, password);
        else await setPassword(session, username, password);
      });
    },
    async verify(job, next) {
      const login = credentialOf(next, job.facts['role']);
      await proveLogin(withLogin(addressIn(next, POSTGRES) ?? (await admin(job)), login));
    },
    // The password was replaced, so the old one ended when the new one was set.
    retire: () => Promise.resolve(),
    async undo(job) {
      const { role } = job.settings;
      const made = job.facts['role'];
      await withPostgres(await admin(job), async (session) => {
        if (job.isDrill) {
          if (made !== undefined) await session.query(`drop role if exists ${quoteName(made)}`);
          return;
        }
        const old = job.current === null ? null : loginIn(job.current, POSTGRES).password;
        // Without an old password there is nothing to go back to, and the new one must not stay.
        if (old === null) await clearPassword(session, role);
        else await setPassword(session, role, old);
      });
    },
  };
}

async function ensureDrillRole(session: PostgresSession, role: string, password: string): Promise<void> {
  if (await hasRole(session, role)) await setPassword(session, role, password);
  else await session.query(`create role ${quoteName(role)} login password ${quoteText(scramVerifier(password))}`);
}

function place({ current }: Job, fallback: URL, login: Login): SecretData {
  const data = replaceLogin(current, login, { schemes: POSTGRES, fallback, needsName: false });
  if (data === null) throw new TargetFault('the secret has no place for a password: give it url, password or value');
  return data;
}
