import type { SecretData } from '@holdfast/contract';
import { TargetFault } from '../../targets/target-fault.ts';
import { addressIn, loginIn, newPassword, POSTGRES, replaceLogin, withLogin, type Login } from '../../targets/login.ts';
import { assertRoles, clearPassword, setPassword } from '../../targets/postgres/roles.ts';
import { isLoginRefused, proveLogin, withPostgres } from '../../targets/postgres/session.ts';
import type { OpenSecret, RotationJob, Rotator, SettingsOf } from '../rotator.ts';
import { adminAddress, credentialOf } from './postgres-admin.ts';

type Settings = SettingsOf<'postgres-pair'>;
type Job = RotationJob<Settings>;

/** The one of the two that is not in use. A secret that names another role, or none, begins with the first. */
function nextRole({ settings: { roles }, current }: Job): string {
  const used = current === null ? null : loginIn(current, POSTGRES).username;
  return used === roles[0] ? roles[1] : roles[0];
}

/** Two roles in turn: the one in use is never touched before its overlap is over, so nobody is ever refused. */
export function createPostgresPair(openSecret: OpenSecret): Rotator<Settings> {
  const admin = async (job: Job): Promise<URL> => adminAddress(await openSecret(job.settings.admin));
  return {
    async check(job) {
      const address = await admin(job);
      await withPostgres(address, (session) => assertRoles(session, job.settings.roles));
      place(job, address, { username: nextRole(job), password: '' });
    },
    async make(job) {
      const role = nextRole(job);
      return { data: place(job, await admin(job), { username: role, password: newPassword() }), facts: { role } };
    },
    async set(job, next) {
      const { username, password } = credentialOf(next, job.facts['role']);
      await withPostgres(await admin(job), (session) => setPassword(session, username, password));
    },
    async verify(job, next) {
      await proveLogin(await loginAddress(job, next, admin));
    },
    async retire(job) {
      const role = job.settings.roles.find((name) => name !== job.facts['role']);
      if (role === undefined) throw new Error('assertion: two different roles');
      const address = await admin(job);
      await withPostgres(address, (session) => clearPassword(session, role));
      const password = job.current === null ? null : loginIn(job.current, POSTGRES);
      if (password?.username !== role || password.password === null) return;
      if (!(await isLoginRefused(withLogin(address, { username: role, password: password.password }))))
        throw new TargetFault('the old login still works');
    },
    async undo(job) {
      const role = job.facts['role'];
      if (role !== undefined) await withPostgres(await admin(job), (session) => clearPassword(session, role));
    },
  };
}

function place({ current }: Job, fallback: URL, login: Login): SecretData {
  const data = replaceLogin(current, login, { schemes: POSTGRES, fallback, needsName: true });
  if (data === null)
    throw new TargetFault('the secret has no place for the name of the role: give it url, or username and password');
  return data;
}

/** Where the program itself connects; else the server that was told. */
async function loginAddress(job: Job, next: SecretData, admin: (job: Job) => Promise<URL>): Promise<URL> {
  return withLogin(addressIn(next, POSTGRES) ?? (await admin(job)), credentialOf(next, job.facts['role']));
}
