import type { SecretData } from '@holdfast/contract';
import { addressIn, loginIn, newPassword, REDIS, replaceLogin, withLogin, type Login } from '../../targets/login.ts';
import { addPassword, assertUser, hashOf, readUser, removePasswords } from '../../targets/redis/acl.ts';
import { withRedis } from '../../targets/redis/session.ts';
import { TargetFault } from '../../targets/target-fault.ts';
import type { OpenSecret, RotationJob, Rotator, SettingsOf } from '../rotator.ts';

type Settings = SettingsOf<'redis'>;
type Job = RotationJob<Settings>;

/** One user with two passwords for the time of the overlap. */
export function createRedisUser(openSecret: OpenSecret): Rotator<Settings> {
  const admin = async ({ settings }: Job): Promise<URL> => {
    const address = addressIn(await openSecret(settings.admin), REDIS);
    if (address === null) throw new TargetFault('the administering secret holds no redis:// address in url or value');
    return address;
  };
  return {
    async check(job) {
      const address = await admin(job);
      await withRedis(address, (session) => assertUser(session, job.settings.user));
      place(job, address, 'x');
    },
    async make(job) {
      const password = newPassword();
      return { data: place(job, await admin(job), password), facts: { hash: hashOf(password) } };
    },
    async set(job, next) {
      await withRedis(await admin(job), (session) =>
        addPassword(session, job.settings.user, hashOf(loginOf(job, next).password)),
      );
    },
    async verify(job, next) {
      const address = withLogin(addressIn(next, REDIS) ?? (await admin(job)), loginOf(job, next));
      // The login is the proof; what this user may do beside it is not ours to know.
      await withRedis(address, () => Promise.resolve());
    },
    async retire(job, next) {
      if (job.oldVersion === null) return;
      const kept = hashOf(loginOf(job, next).password);
      const password = job.current === null ? null : loginIn(job.current, REDIS).password;
      // An old version that can be read no more names no password: all but the new one end.
      const isGone = password === null ? (hash: string) => hash !== kept : (hash: string) => hash === hashOf(password);
      await withRedis(await admin(job), async (session) => {
        if (!(await readUser(session, job.settings.user)).hashes.includes(kept))
          throw new TargetFault('the new password is not there: without it, ending the old one would lock the program out');
        await removePasswords(session, job.settings.user, isGone);
      });
    },
    async undo(job) {
      const { hash } = job.facts;
      if (hash !== undefined)
        await withRedis(await admin(job), (session) => removePasswords(session, job.settings.user, (held) => held === hash));
    },
  };
}

function place({ current, settings }: Job, fallback: URL, password: string): SecretData {
  const login = { username: settings.user, password };
  const data = replaceLogin(current, login, { schemes: REDIS, fallback, needsName: false });
  if (data === null) throw new TargetFault('the secret has no place for a password: give it url, password or value');
  return data;
}

function loginOf({ settings }: Job, data: SecretData): Login {
  const { password } = loginIn(data, REDIS);
  if (password === null) throw new Error('assertion: it was made with a password');
  return { username: settings.user, password };
}
