import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AdminBrowser, totp } from '../../support/admin-browser.ts';
import { openSignInStand, type SignInStand } from '../../support/sign-in-stand.ts';

const PASSWORD = 'vier blaue Fahrräder im Regen';
const OTHER_PASSWORD = 'sieben grüne Boote vor Anker';
const MINUTE = 60_000;
const STEP_MS = 30_000;
const PAGES = '/.holdfast';
const JSON_ONLY = { accept: 'application/json' };
const OPERATOR = { kind: 'operator', ref: 'test' } as const;

let stand: SignInStand;
let ann: AdminBrowser;
let skewMs = 0;
let people = 0;
let name = '';

/** The clock of everything: people, sessions and gateway. */
const advance = (ms: number): void => {
  skewMs += ms;
  stand.platform.advance(ms);
};
const visitor = (): AdminBrowser => new AdminBrowser(`http://localhost:${stand.gateway.plainPort}`, '', PAGES);
/** No code is taken twice: each time the clock is a step further. */
const code = (who: AdminBrowser): string => {
  advance(STEP_MS);
  return totp(who.secret, Math.round(skewMs / STEP_MS));
};
const isIn = async (who: AdminBrowser): Promise<boolean> => (await who.send('GET', '/', { headers: JSON_ONLY })).status === 200;
async function signIn(password = PASSWORD): Promise<AdminBrowser> {
  const browser = visitor();
  await browser.go(`${PAGES}/login`);
  await browser.submit(`${PAGES}/login`, { name, password });
  await browser.submit(`${PAGES}/totp`, { code: code(ann) });
  return browser;
}
async function confirm(who: AdminBrowser): Promise<void> {
  await who.go(`${PAGES}/account`);
  await who.submit(`${PAGES}/account`);
  await who.submit(`${PAGES}/totp`, { code: code(ann) });
}

beforeAll(async () => {
  stand = await openSignInStand();
}, 60_000);
afterAll(() => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  people += 1;
  name = `ann${people}`;
  ann = visitor();
  const { token } = await stand.invite(name);
  await ann.go(`${PAGES}/invite`);
  await ann.submit(`${PAGES}/invite`, { token });
  await ann.submit(`${PAGES}/invite`, { password: PASSWORD, again: PASSWORD });
  await ann.go(`${PAGES}/enrol/totp`);
  ann.secret = /secret=([A-Z2-7]+)/u.exec(ann.last.body)?.[1] ?? '';
  await ann.submit(`${PAGES}/enrol/totp`, { code: code(ann) });
  const [first = ''] = [...ann.last.body.matchAll(/<li>([0-9A-Z-]{19})<\/li>/gu)].map(([, text = '']) => text);
  await ann.submit(`${PAGES}/codes`, { code: first });
  expect(await isIn(ann)).toBe(true);
});

describe('a session at an application', () => {
  test('that is used each ten minutes lives to twelve hours and dies there', async () => {
    for (let minutes = 0; minutes < 12 * 60 - 10; minutes += 10) {
      advance(10 * MINUTE);
      expect(await isIn(ann), `after ${minutes + 10} minutes`).toBe(true);
    }
    advance(10 * MINUTE);
    expect(await isIn(ann)).toBe(false);
  });

  test('dies of thirty-one idle minutes and not of twenty-nine', async () => {
    advance(29 * MINUTE);
    expect(await isIn(ann)).toBe(true);
    advance(31 * MINUTE);
    expect(await isIn(ann)).toBe(false);
  });

  test('is the sixth: the oldest ends, and whoever signed in is told so', async () => {
    const others: AdminBrowser[] = [];
    for (let count = 0; count < 4; count += 1) {
      const other = await signIn();
      expect(other.last.body).not.toContain('The oldest of these sessions was ended');
      others.push(other);
    }
    expect(await isIn(ann)).toBe(true);
    const sixth = await signIn();
    expect(sixth.last.body).toContain('The oldest of these sessions was ended');
    expect(sixth.last.body).not.toContain('http-equiv="refresh"');
    expect(await isIn(ann)).toBe(false);
    expect(await Promise.all([...others, sixth].map(isIn))).toEqual([true, true, true, true, true]);
    const ended = stand.platform.recorded.filter(({ type }) => type === 'identity.session-ended').at(-1);
    expect(ended?.payload).toMatchObject({ cause: 'limit' });
  });

  test('ends with a changed password, a changed role and a disabled person', async () => {
    const second = await signIn();
    await confirm(second);
    await second.go(`${PAGES}/account/password`);
    await second.submit(`${PAGES}/account/password`, { password: OTHER_PASSWORD, again: OTHER_PASSWORD });
    expect([await isIn(ann), await isIn(second)]).toEqual([false, false]);
    const third = await signIn(OTHER_PASSWORD);
    expect(await isIn(third)).toBe(true);
    const person = await stand.people.findByName(name);
    await stand.people.change(person?.id ?? '', { role: 'analyst' }, OPERATOR);
    expect(await isIn(third)).toBe(false);
    const fourth = await signIn(OTHER_PASSWORD);
    expect(await isIn(fourth)).toBe(true);
    await stand.people.disable(person?.id ?? '', OPERATOR);
    expect(await isIn(fourth)).toBe(false);
  });
});

describe('a sensitive change', () => {
  test('is refused to a session six minutes old in words a program reads, with what is needed', async () => {
    advance(6 * MINUTE);
    for (const path of ['account/password'] as const) {
      const answer = await ann.send('GET', `${PAGES}/${path}`, { headers: JSON_ONLY });
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'step-up-required', acr: 'aal2', maxAgeSeconds: 300 });
      expect(answer.headers['www-authenticate']).toContain('insufficient_user_authentication');
    }
    await ann.go(`${PAGES}/account/password`);
    expect(ann.path).toBe(`${PAGES}/totp`);
  });

  test('goes on in the same session under a new token after one more proof, the old token is dead, for five minutes', async () => {
    const cookie = 'holdfast';
    const person = await stand.people.findByName(name);
    const [before] = await stand.sessions.list(person?.id ?? '');
    const old = visitor();
    for (const [key, value] of ann.cookies) old.cookies.set(key, value);
    advance(6 * MINUTE);
    await confirm(ann);
    expect(ann.cookies.get(cookie)).not.toBe(old.cookies.get(cookie));
    expect([await isIn(ann), await isIn(old)]).toEqual([true, false]);
    const [after, ...more] = await stand.sessions.list(person?.id ?? '');
    expect([after?.id, more]).toEqual([before?.id, []]);
    const may = async (): Promise<number> => (await ann.send('GET', `${PAGES}/account/password`, { headers: JSON_ONLY })).status;
    expect(await may()).toBe(200);
    advance(5 * MINUTE - 1000);
    expect(await may()).toBe(200);
    advance(1000);
    expect(await may()).toBe(401);
    expect(await isIn(ann)).toBe(true);
  });
});
