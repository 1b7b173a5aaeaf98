import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lettersIn } from '../../support/files.ts';
import { createSoftwareKey, type Ceremony } from '../../../packages/server/src/domains/identity/sign-in/test-key.ts';
import { AdminBrowser, totp } from '../../support/admin-browser.ts';
import type { Answer } from '../../support/holdfast-process.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startTestApplication, type TestApplication } from '../../support/test-application.ts';

/** Rules of sign-in from the outside: a real process, real letters, real addresses; times are those of the unit tests. */
const P = '/.holdfast';
const COOKIE = '__Host-holdfast';
const PASSWORD = 'vier blaue Fahrräder im Regen';
const ALONE = 'sieben grüne Boote vor Anker';

let application: TestApplication;
let server: HoldfastProcess;
let ca: string;
let site: Ceremony;

/** A browser at an address of its own, behind the one proxy that the process was told of. */
class Visitor extends AdminBrowser {
  address = '198.51.100.1';

  override send(
    method: string,
    path: string,
    { body, headers = {} }: { body?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const given = { ...headers, 'x-forwarded-for': this.address };
    return super.send(method, path, body === undefined ? { headers: given } : { body, headers: given });
  }

  get isIn(): boolean {
    return this.cookies.has(COOKIE);
  }

  async password(name: string, password: string): Promise<Answer> {
    await this.go(`${P}/login`);
    return this.submit(`${P}/login`, { name, password });
  }

  async code(name: string, code: string): Promise<Answer> {
    await this.password(name, PASSWORD);
    return this.submit(`${P}/totp`, { code });
  }
}
const visitor = (address = '198.51.100.1'): Visitor => {
  const opened = new Visitor(server.https, ca);
  opened.address = address;
  return opened;
};

async function invited(name: string, ...more: readonly string[]): Promise<string> {
  const { data } = await server.cli<{ link: string }>('user', 'invite', name, '--app', 'app', ...more);
  return new URL(data.link).hash.slice(1);
}

/** From an invitation to a session with an app and recovery codes. */
async function enrolled(name: string, ...more: readonly string[]): Promise<Visitor> {
  const token = await invited(name, ...more);
  const person = visitor();
  await person.go(`${P}/invite`);
  await person.submit(`${P}/invite`, { token });
  await person.submit(`${P}/invite`, { password: PASSWORD, again: PASSWORD });
  await enrolApp(person);
  return person;
}
async function enrolApp(person: Visitor): Promise<void> {
  await person.go(`${P}/enrol/totp`);
  person.secret = /secret=([A-Z2-7]+)/u.exec(person.last.body)?.[1] ?? '';
  await person.submit(`${P}/enrol/totp`, { code: totp(person.secret) });
  person.codes = [...person.last.body.matchAll(/<li>([0-9A-Z-]{19})<\/li>/gu)].map(([, code = '']) => code);
  await person.submit(`${P}/codes`, { code: person.codes[0] ?? '' });
  expect(person.isIn).toBe(true);
}

const letters = (to: string): readonly string[] =>
  lettersIn(join(server.dataDir, 'outbox')).filter((text) => text.includes(`To: ${to}`));
const letterAbout = async (to: string, words: string): Promise<string> => {
  await expect.poll(() => letters(to).some((text) => text.includes(words)), { timeout: 15_000 }).toBe(true);
  return letters(to).findLast((text) => text.includes(words)) ?? '';
};
const tokenIn = (letter: string): string => /#([\w-]{27})/u.exec(letter)?.[1] ?? '';

async function recorded(type: string): Promise<string[]> {
  const { data } = await server.cli('audit', 'tail', '--lines', '500', '--type', type);
  return JSON.stringify(data).split(`"${type}"`).slice(1);
}

beforeAll(async () => {
  application = await startTestApplication();
  server = await HoldfastProcess.start({
    args: ['--to', application.url, '--login', 'required'],
    env: { HOLDFAST_TRUSTED_HOPS: '1' },
  });
  ca = server.ca();
  site = { rpId: 'localhost', origin: `https://localhost:${new URL(server.https).port}` };
  const { code } = await server.cli('app', 'login', 'app', 'required', '--sign-up', 'on', '--yes');
  expect(code).toBe(0);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await application[Symbol.asyncDispose]();
});

describe('1: signing up', () => {
  const signUp = async (email: string, address: string): Promise<Visitor> => {
    const person = visitor(address);
    await person.go(`${P}/sign-up`);
    await person.submit(`${P}/sign-up`, { email });
    return person;
  };
  /** A page without what is random on every page. */
  const shapeOf = ({ last }: Visitor): unknown[] => [
    last.status,
    last.body.replaceAll(/value="[\w-]{43}"/gu, ''),
    Object.keys(last.headers).toSorted(),
  ];

  test('looks the same for an address that is taken and a new one; both get a letter, each its own', async () => {
    await enrolled('maria', '--email', 'maria@example.org');
    const taken = await signUp('maria@example.org', '203.0.113.1');
    const fresh = await signUp('new@example.org', '203.0.113.2');
    expect(shapeOf(taken)).toEqual(shapeOf(fresh));
    expect(tokenIn(await letterAbout('maria@example.org', 'You have an account already'))).toBe('');
    const token = tokenIn(await letterAbout('new@example.org', 'Your new account'));
    await fresh.go(`${P}/invite`);
    await fresh.submit(`${P}/invite`, { token });
    for (const [password, why] of [
      ['passwordpassword', 'common'],
      ['kurz', 'short'],
    ] as const) {
      await fresh.submit(`${P}/invite`, { password, again: password });
      expect(fresh.last.status, why).toBe(422);
      expect(fresh.last.body, why).toContain('Choose another password');
    }
    const long = `${'Zwölf Boxkämpfer 🥊 jagen '.repeat(3)} Ende`;
    await fresh.submit(`${P}/invite`, { password: long, again: long });
    expect(fresh.path).toBe(`${P}/enrol`);
    expect(fresh.isIn).toBe(false);
  });

  test('takes a password of fourteen characters only beside a second factor', async () => {
    const { code } = await server.cli('app', 'login', 'app', 'required', '--mfa', 'off', '--yes');
    expect(code).toBe(0);
    const token = await invited('short');
    const person = visitor();
    const [fourteen, fifteen] = ['qfhw zvbn klrt', 'qfhw zvbn klrts'];
    await person.go(`${P}/invite`);
    await person.submit(`${P}/invite`, { token });
    await person.submit(`${P}/invite`, { password: fourteen, again: fourteen });
    expect(person.last.status).toBe(422);
    await person.submit(`${P}/invite`, { password: fifteen, again: fifteen });
    expect(person.isIn).toBe(true);
    await server.cli('app', 'login', 'app', 'required', '--mfa', 'on');
  });
});

describe('2: enrolment', () => {
  test('is all that anybody reaches who needs a second factor and has none, whichever way they come', async () => {
    const person = visitor();
    const token = await invited('niko', '--email', 'niko@example.org');
    await person.go(`${P}/invite`);
    await person.submit(`${P}/invite`, { token });
    await person.submit(`${P}/invite`, { password: PASSWORD, again: PASSWORD });
    const byPassword = visitor();
    await byPassword.password('niko', PASSWORD);
    const byLetter = visitor();
    await byLetter.go(`${P}/reset`);
    await byLetter.submit(`${P}/reset`, { name: 'niko' });
    const letter = tokenIn(await letterAbout('niko@example.org', 'A new password'));
    await byLetter.go(`${P}/reset/finish`);
    await byLetter.submit(`${P}/reset/finish`, { token: letter });
    await byLetter.submit(`${P}/reset/finish`, { password: ALONE, again: ALONE });
    for (const browser of [byPassword, byLetter]) {
      expect(browser.isIn).toBe(false);
      for (const path of ['/', '/orders', `${P}/account`, `${P}/account/password`, `${P}/codes`, `${P}/totp`]) {
        const answer = await browser.send('GET', path, { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate' } });
        expect([302, 303], path).toContain(answer.status);
        expect(String(answer.headers['location']), path).toMatch(/^\/\.holdfast\/(?:login|enrol)/u);
      }
    }
    expect(byLetter.path).toBe(`${P}/enrol`);
  });
});

describe('3: passwords', () => {
  test('ten wrong ones from thirty addresses make strangers wait, and the owner still gets in on a known device', async () => {
    const owner = await enrolled('otto', '--email', 'otto@example.org');
    // The pages first: what follows the tenth try has to come before its half minute is over, on slow machines too.
    const strangers = Array.from({ length: 31 }, (_, round) => visitor(`192.0.2.${round + 1}`));
    for (const stranger of strangers) await stranger.go(`${P}/login`);
    const guess = async (stranger: Visitor | undefined, password: string): Promise<number> =>
      (await stranger?.submit(`${P}/login`, { name: 'otto', password }))?.status ?? 0;
    for (const [round, stranger] of strangers.slice(0, 10).entries()) expect(await guess(stranger, `wrong ${round}`)).toBe(422);
    const later = [...strangers.slice(10, 30).map((stranger) => guess(stranger, 'wrong 10')), guess(strangers[30], PASSWORD)];
    expect(await Promise.all(later)).toEqual(later.map(() => 429));
    expect(Number(strangers[30]?.last.headers['retry-after'])).toBeGreaterThan(0);
    await owner.go(`${P}/logout`);
    await owner.submit(`${P}/logout`);
    expect(owner.isIn).toBe(false);
    await owner.code('otto', totp(owner.secret, 1));
    expect(owner.isIn).toBe(true);
    await letterAbout('otto@example.org', 'Many wrong passwords');
    const events = await recorded('identity.sign-in-refused');
    expect(events.join()).not.toMatch(/wrong \d|otto/u);
    // An operator knows who asks.
    expect((await server.cli('user', 'unlock', 'otto')).code).toBe(0);
    expect((await visitor('192.0.2.201').password('otto', PASSWORD)).status).toBe(200);
    await expect.poll(() => recorded('identity.lockout-lifted'), { timeout: 15_000 }).toHaveLength(1);
  });
});

describe('4: codes of an app', () => {
  test('are taken once, and never one of before: neither at another sign-in nor to confirm', async () => {
    const person = await enrolled('paul');
    const later = totp(person.secret, 1);
    const first = visitor();
    await first.code('paul', later);
    expect(first.isIn).toBe(true);
    for (const code of [later, totp(person.secret)]) {
      const second = visitor();
      expect((await second.code('paul', code)).status).toBe(422);
      expect(second.isIn).toBe(false);
    }
    await first.go(`${P}/account`);
    await first.submit(`${P}/account`);
    expect((await first.submit(`${P}/totp`, { code: later })).status).toBe(422);
  });

  test('five wrong ones end the sign-in; ten over any number of them pause the app, not the account', async () => {
    const person = await enrolled('rosa', '--email', 'rosa@example.org');
    for (let round = 0; round < 2; round += 1) {
      const guesser = visitor();
      await guesser.password('rosa', PASSWORD);
      for (let wrong = 0; wrong < 4; wrong += 1) {
        expect((await guesser.submit(`${P}/totp`, { code: '000000' })).status).toBe(422);
      }
      await guesser.submit(`${P}/totp`, { code: '000000' });
      expect(guesser.path).toBe(`${P}/login`);
    }
    const owner = visitor();
    const paused = await owner.code('rosa', totp(person.secret, 1));
    expect([paused.status, Number(paused.headers['retry-after']) > 60]).toEqual([429, true]);
    await owner.go(`${P}/recovery`);
    await owner.submit(`${P}/recovery`, { code: person.codes[1] ?? '' });
    expect(owner.isIn).toBe(true);
    await letterAbout('rosa@example.org', 'A recovery code was used');
    await expect.poll(async () => (await recorded('identity.recovery-used')).length, { timeout: 15_000 }).toBeGreaterThan(0);
  });
});

describe('5: passkeys', () => {
  const optionsOf = (browser: Visitor): Record<string, unknown> => {
    const text = /data-options="([^"]*)"/u.exec(browser.last.body)?.[1] ?? '';
    // What the page hands to the browser is JSON of ours.
    return JSON.parse(text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')) as Record<
      string,
      unknown
    >;
  };
  const begin = async (): Promise<Visitor> => {
    const browser = visitor();
    await browser.go(`${P}/login`);
    await browser.submit(`${P}/passkey`, { begin: 'yes' });
    return browser;
  };

  test('without a word that the owner was verified, replayed, of another origin or host, or copied, are refused', async () => {
    const key = createSoftwareKey();
    const token = await invited('klara');
    const klara = visitor();
    await klara.go(`${P}/invite`);
    await klara.submit(`${P}/invite`, { token });
    await klara.submit(`${P}/invite`, { without: 'password' });
    expect(klara.path).toBe(`${P}/enrol/passkey`);
    await klara.submit(`${P}/enrol/passkey`, { response: JSON.stringify(key.attest(optionsOf(klara), site)), label: 'Key' });
    klara.codes = [...klara.last.body.matchAll(/<li>([0-9A-Z-]{19})<\/li>/gu)].map(([, code = '']) => code);
    await klara.submit(`${P}/codes`, { code: klara.codes[0] ?? '' });
    expect(klara.isIn).toBe(true);

    const honest = await begin();
    const used = JSON.stringify(key.assert(optionsOf(honest), site));
    await honest.submit(`${P}/passkey`, { response: used });
    expect(honest.isIn).toBe(true);

    const other = createSoftwareKey();
    const bad: readonly (readonly [string, (options: Record<string, unknown>) => string])[] = [
      ['the owner was not verified', (options) => JSON.stringify(key.assert(options, { ...site, isVerified: false }))],
      ['replayed', () => used],
      ['another origin', (options) => JSON.stringify(key.assert(options, { ...site, origin: 'https://evil.example' }))],
      ['another host', (options) => JSON.stringify(key.assert(options, { ...site, rpId: 'evil.example' }))],
      ['an unknown key', (options) => JSON.stringify(other.assert(options, site))],
      [
        'an older counter',
        (options) => {
          const { counter } = key;
          key.counter = 0;
          const response = JSON.stringify(key.assert(options, site));
          key.counter = counter;
          return response;
        },
      ],
      ['no answer of a key', () => '{"id":1}'],
      ['no JSON', () => '<'],
    ];
    for (const [why, response] of bad) {
      const browser = await begin();
      await browser.submit(`${P}/passkey`, { response: response(optionsOf(browser)) });
      expect([browser.last.status, browser.isIn], why).toEqual([422, false]);
    }
    const again = await begin();
    await again.submit(`${P}/passkey`, { response: JSON.stringify(key.assert(optionsOf(again), site)) });
    expect(again.isIn).toBe(true);
  });

  test('and apps: the last one stays where two factors are needed', async () => {
    const person = await enrolled('lena', '--mfa');
    await person.go(`${P}/account`);
    await person.submit(`${P}/account`);
    await person.submit(`${P}/totp`, { code: totp(person.secret, 1) });
    expect(person.last.body).toContain('For the next five minutes');
    const form = [...person.last.body.matchAll(/<form[^>]*account\/factor"[^>]*>[^]*?<\/form>/gu)].find(([text]) =>
      text.includes('value="totp"'),
    );
    expect(form).toBeDefined();
    await person.submit(`${P}/account/factor`, { remove: 'totp' });
    expect(person.last.status).toBe(422);
    expect(person.last.body).toContain('Without it you could not sign in here any more');
    await person.go(`${P}/account`);
    expect(person.last.body).toContain('Authenticator app');
  });
});

describe('6: what stands in for a factor', () => {
  test('a recovery code opens one session of twenty tries at once, and leads to a new factor', async () => {
    const person = await enrolled('dora', '--email', 'dora@example.org');
    const code = person.codes[2] ?? '';
    const tries: Visitor[] = [];
    for (let count = 0; count < 20; count += 1) {
      const browser = visitor();
      await browser.password('dora', PASSWORD);
      await browser.go(`${P}/recovery`);
      tries.push(browser);
    }
    await Promise.all(tries.map(async (browser) => browser.submit(`${P}/recovery`, { code })));
    const winners = tries.filter(({ isIn }) => isIn);
    expect(winners).toHaveLength(1);
    expect(winners[0]?.last.body).toContain('note=renew');
    await letterAbout('dora@example.org', 'A recovery code was used');
  });

  test('a letter sets a new password once, ends all sessions, and skips no second factor', async () => {
    const person = await enrolled('emil', '--email', 'emil@example.org');
    expect((await person.send('GET', '/orders')).status).toBe(200);
    const browser = visitor();
    await browser.go(`${P}/reset`);
    await browser.submit(`${P}/reset`, { name: 'emil@example.org' });
    const token = tokenIn(await letterAbout('emil@example.org', 'A new password'));
    await browser.go(`${P}/reset/finish`);
    await browser.submit(`${P}/reset/finish`, { token });
    await browser.submit(`${P}/reset/finish`, { password: ALONE, again: ALONE });
    expect([browser.path, browser.isIn]).toEqual([`${P}/totp`, false]);
    await expect
      .poll(async () => (await person.send('GET', '/orders', { headers: { accept: 'application/json' } })).status, {
        timeout: 15_000,
      })
      .toBe(401);
    await browser.submit(`${P}/totp`, { code: totp(person.secret, 1) });
    expect(browser.isIn).toBe(true);
    await letterAbout('emil@example.org', 'Your password was changed');
    const second = visitor();
    await second.go(`${P}/reset/finish`);
    await second.submit(`${P}/reset/finish`, { token });
    await second.submit(`${P}/reset/finish`, { password: PASSWORD, again: PASSWORD });
    expect(second.last.body).toContain('This link cannot be used');
  });
});
