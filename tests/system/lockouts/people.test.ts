import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { totp, type AdminBrowser } from '../../support/admin-browser.ts';
import { LockOutStand } from '../../support/lock-out-stand.ts';

const PASSWORD = 'vier blaue Fahrräder im Regen';
const OTHER_PASSWORD = 'sieben grüne Boote vor Anker';
const APP = '/.holdfast';
const DAY_MS = 86_400_000;
const STEP_MS = 30_000;

let stand: LockOutStand;
beforeAll(async () => {
  stand = await LockOutStand.open(['--login', 'required']);
}, 60_000);
afterAll(() => stand[Symbol.asyncDispose]());
afterEach(() => stand.expectNothingLost());

const isIn = async (who: AdminBrowser): Promise<boolean> =>
  (await who.send('GET', '/', { headers: { accept: 'application/json' } })).status === 200;
const whoAmI = async (who: AdminBrowser): Promise<unknown> => (await who.api('GET', '/me')).data['name'];
async function enrolled(name: string): Promise<AdminBrowser> {
  const { link } = await stand.recover([['user', 'invite', name]]);
  const browser = stand.browser(APP);
  await browser.enrol(String(link), { password: PASSWORD });
  expect(await isIn(browser)).toBe(true);
  return browser;
}
async function withPassword(name: string): Promise<AdminBrowser> {
  const browser = stand.browser(APP);
  await browser.go(`${APP}/login`);
  await browser.submit(`${APP}/login`, { name, password: PASSWORD });
  return browser;
}

describe('whoever cannot sign in', () => {
  test('5: the link for the first administrator was lost, or used up by guesses', async () => {
    const { link } = await stand.recover([['admin', 'setup-link']]);
    const ada = stand.browser();
    await ada.go('/setup');
    await ada.submit('/setup', { token: new URL(String(link)).hash.slice(1) });
    await ada.submit('/setup', { name: 'ada', password: PASSWORD, again: PASSWORD });
    await ada.enrolTotp();
    expect(await whoAmI(ada)).toBe('ada');
  });

  test('6: the only administrator forgot the password and lost the telephone', async () => {
    const before = stand.browser();
    await before.go('/sign-in');
    await before.submit('/sign-in', { name: 'ada', password: OTHER_PASSWORD });
    expect(before.last.status).toBe(422);
    const { link } = await stand.recover([['admin', 'recover', 'ada', '--yes']]);
    const ada = stand.browser();
    await ada.enrol(String(link), { password: OTHER_PASSWORD });
    expect(await whoAmI(ada)).toBe('ada');
  });

  test('7: somebody lost the telephone and the recovery codes', async () => {
    await enrolled('ann');
    const stuck = await withPassword('ann');
    expect(stuck.path).toBe(`${APP}/totp`);
    await stuck.submit(`${APP}/totp`, { code: '000000' });
    expect(await isIn(stuck)).toBe(false);
    await stand.recover([['mfa', 'reset', 'ann', '--yes']]);
    const ann = await withPassword('ann');
    // The password alone leads to enrolment and nowhere else.
    expect([ann.path, await isIn(ann)]).toEqual([`${APP}/enrol`, false]);
    await ann.enrolTotp();
    expect(await isIn(ann)).toBe(true);
  });

  test('8: the clock was two days ahead for a while, and no code is new enough any more', async () => {
    await stand.down();
    await stand.up(stand.clockOf(2 * DAY_MS));
    const ahead = (2 * DAY_MS) / STEP_MS;
    const { link } = await stand.recover([['user', 'invite', 'bob']]);
    const bob = stand.browser(APP);
    const { pathname, hash } = new URL(String(link));
    await bob.go(pathname);
    await bob.submit(pathname, { token: hash.slice(1) });
    await bob.submit(pathname, { password: PASSWORD, again: PASSWORD });
    await bob.go(`${APP}/enrol/totp`);
    const secret = /secret=([A-Z2-7]+)/u.exec(bob.last.body)?.[1] ?? '';
    await bob.submit(`${APP}/enrol/totp`, { code: totp(secret, ahead) });
    const codes = [...bob.last.body.matchAll(/<li>([0-9A-Z-]{19})<\/li>/gu)].map(([, code = '']) => code);
    await bob.submit(`${APP}/codes`, { code: codes[0] ?? '' });
    expect(await isIn(bob)).toBe(true);

    await stand.down();
    await stand.up();
    const stuck = await withPassword('bob');
    await stuck.submit(`${APP}/totp`, { code: totp(secret) });
    expect(stuck.last.status).toBe(422);
    await stand.recover([['mfa', 'reset', 'bob', '--yes']]);
    const again = await withPassword('bob');
    await again.enrolTotp();
    expect(await isIn(again)).toBe(true);
  });
});
