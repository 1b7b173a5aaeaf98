import { OWN_PAGE_RESPONSE_CHARS_MAX } from '@holdfast/contract';
import { beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../../platform/refusal.ts';
import { createPages } from './create-pages.ts';
import { adminMount, applicationMount, PAGES } from './mount.ts';
import { ADA, CODES, createTestParts, LINK, SESSION, type TestParts } from './test-sign-in.ts';
import { Visitor } from './test-visitor.ts';

const P = '/.holdfast';
let parts: TestParts;
let visitor: Visitor;

beforeEach(() => {
  parts = createTestParts();
  visitor = new Visitor(createPages(parts, applicationMount));
});

const signedIn = (): void => {
  visitor.session = async () => SESSION;
};
const password = async (next = '/orders?id=1'): Promise<void> => {
  await visitor.go(`${P}/login?next=${encodeURIComponent(next)}`);
  await visitor.submit(`${P}/login`, { name: 'ada', password: 'right' });
};

describe('every page', () => {
  test.each(PAGES)('%s is never kept, framed or told of, and runs no script of others', async (name) => {
    for (const isSignedIn of [false, true]) {
      visitor.session = async () => (isSignedIn ? SESSION : null);
      await visitor.send({ path: applicationMount.path(name) });
      expect(visitor.last.status).toBeLessThan(400);
      expect(visitor.header('cache-control')).toBe('no-store');
      expect(visitor.header('referrer-policy')).toBe('same-origin');
      if (visitor.last.status !== 200) continue;
      const csp = visitor.header('content-security-policy') ?? '';
      expect(csp).toContain("default-src 'none'");
      expect(csp).toContain("frame-ancestors 'none'");
      expect(csp).not.toContain('unsafe');
      expect(visitor.header('x-frame-options')).toBe('DENY');
      // The application's name is the operator's text, and text it stays.
      expect(visitor.last.body).toContain('Shop &lt;&amp;&gt; &quot;Co&quot;');
      expect(visitor.last.body).not.toMatch(/ on[a-z]+="|<script>|style="/u);
      expect(visitor.last.body.length).toBeLessThan(OWN_PAGE_RESPONSE_CHARS_MAX / 4);
    }
  });

  test('has a label and, where something was wrong, a reason tied to each field', async () => {
    await visitor.go(`${P}/invite?token=${LINK}`);
    await visitor.submit(`${P}/invite`, { password: 'password', again: 'password' });
    expect(visitor.last.status).toBe(422);
    expect(visitor.title).toMatch(/^Error: /u);
    expect(visitor.last.body).toContain('it is &lt;common&gt;');
    expect(visitor.last.body).toContain('aria-describedby="password-hint password-error" aria-invalid="true"');
    const ids = [...visitor.last.body.matchAll(/<input\s+id="([^"]+)"/gu)].map(([, id]) => id);
    expect(ids).toEqual(['password', 'again']);
    for (const id of ids) expect(visitor.last.body).toContain(`<label for="${id}">`);
    expect(visitor.last.body).toContain('autocomplete="new-password"');
  });

  test('is one of the list: other paths, methods, hosts and applications have none', async () => {
    expect((await visitor.send({ path: `${P}/nothing` })).status).toBe(404);
    expect((await visitor.send({ path: `${P}/login/` })).status).toBe(404);
    expect((await visitor.send({ path: `${P}/login`, application: 'gone' })).status).toBe(404);
    expect((await visitor.send({ path: `${P}/login`, method: 'PUT' })).status).toBe(405);
    for (const host of ['', 'a b', "x'; script-src *", 'h\r\nx: y', 'h:99999', 'a'.repeat(300)]) {
      expect((await visitor.send({ path: `${P}/login`, host })).status, host).toBe(400);
    }
  });
});

describe('ways in besides the password', () => {
  test('sign-up answers the same whoever is named, where it is on', async () => {
    await visitor.go(`${P}/login`);
    expect(visitor.last.body).toContain('No account yet?');
    const bodies: string[] = [];
    for (const email of ['ada@example.com', 'new@example.com', 'nonsense']) {
      await visitor.go(`${P}/sign-up`);
      await visitor.submit(`${P}/sign-up`, { email });
      bodies.push(visitor.last.body);
    }
    expect(new Set(bodies).size).toBe(1);
    const base = 'https://shop.example/.holdfast/invite#';
    expect(parts.state.calls).toContainEqual(['requestSignUp', 'new@example.com', base]);
    visitor.host = 'evil.example';
    await visitor.go(`${P}/sign-up`);
    await visitor.submit(`${P}/sign-up`, { email: 'other@example.com' });
    expect(parts.state.calls).not.toContainEqual(expect.arrayContaining(['other@example.com']));
  });

  test('sign-up is nowhere where it is off', async () => {
    const { brand } = parts;
    const pages = createPages(
      {
        ...parts,
        async brand(application) {
          const open = await brand(application);
          return open === null ? null : { ...open, signUp: false };
        },
      },
      applicationMount,
    );
    const stranger = new Visitor(pages);
    await stranger.go(`${P}/sign-up`);
    expect(stranger.path).toBe(`${P}/login`);
    expect(stranger.last.body).not.toContain('Sign up');
    await stranger.submit(`${P}/sign-up`, { ...stranger.fields(`${P}/login`), email: 'a@example.com' });
    expect(parts.state.calls).toEqual([]);
  });

  test('a provider is gone to by a page of ours, and what it answers goes on where it was wanted', async () => {
    await visitor.go(`${P}/login?next=%2Forders%3Fid%3D1`);
    expect(visitor.last.body).toContain('Sign in with Corp &lt;ID&gt;');
    await visitor.submit(`${P}/provider`, {}, { holding: 'corp' });
    expect(visitor.last.status).toBe(200);
    expect(visitor.last.body).toContain('content="0; url=https://id.example/authorize?a=1&amp;b=2"');
    expect(parts.state.calls.at(-1)).toMatchObject([
      'beginProvider',
      { provider: 'corp', redirectUri: `https://shop.example${P}/provider/back/corp`, next: '/orders?id=1', purpose: 'sign-in' },
    ]);
    await visitor.go(`${P}/provider/back/corp?code=c&state=s&next=%2Felsewhere`);
    expect(visitor.last.body).toContain('content="0; url=/orders?id=1"');
    expect(parts.state.calls.at(-1)).toMatchObject([
      'finishProvider',
      expect.any(String),
      { query: 'code=c&state=s&next=%2Felsewhere' },
    ]);
  });

  test('a provider that is not known, or away, leaves the sign-in as it was', async () => {
    await visitor.go(`${P}/login`);
    await visitor.submit(`${P}/provider`, { provider: 'other' }, { holding: 'corp' });
    expect(visitor.path).toBe(`${P}/login`);
    await visitor.submit(`${P}/provider`, {}, { holding: 'away' });
    expect([visitor.last.status, visitor.header('retry-after')]).toEqual([503, '30']);
    await visitor.go(`${P}/provider/back/corp?error=access_denied&state=s`);
    expect(visitor.path).toBe(`${P}/login`);
  });

  test('an account is connected and disconnected only after a confirmation', async () => {
    signedIn();
    parts.state.links = [{ provider: 'away', createdAt: 0, lastUsedAt: null }];
    await visitor.go(`${P}/account`);
    expect(visitor.last.body).toContain('<strong>Away</strong>');
    expect(visitor.fields(`${P}/provider`)).toBeNull();
    parts.state.isElevated = true;
    await visitor.go(`${P}/account`);
    await visitor.submit(`${P}/provider`, {}, { holding: 'connect' });
    expect(parts.state.calls.at(-1)).toMatchObject(['beginProvider', { provider: 'corp', purpose: 'enrolment', person: ADA.id }]);
    await visitor.go(`${P}/account`);
    await visitor.submit(`${P}/account/factor`, {}, { holding: 'away' });
    expect(parts.state.calls.at(-1)).toEqual(['disconnect', ADA.id, 'away']);
    parts.state.isElevated = false;
    await visitor.submit(`${P}/provider`, { ...visitor.fields(`${P}/account/factor`), provider: 'corp', for: 'connect' });
    expect(parts.state.calls.at(-1)?.[0]).toBe('beginStepUp');
  });
});

describe('signing in', () => {
  test('asks for the second factor, then gives the session and goes on where it was wanted', async () => {
    await password();
    expect(visitor.path).toBe(`${P}/totp`);
    expect(visitor.cookies.get('__Host-holdfast')).toBeUndefined();
    expect(visitor.last.body).toContain('autocomplete="one-time-code"');
    await visitor.submit(`${P}/totp`, { code: '123456' });
    expect(visitor.last.body).toContain('content="0; url=/orders?id=1"');
    expect(visitor.cookies.get('__Host-holdfast')).toBe('session-token-0123456789');
    expect(visitor.cookies.get('__Host-holdfast-device')).toBe('device-token-0123456789');
    expect(visitor.cookies.has('__Host-holdfast-flow')).toBe(false);
  });

  test('goes on to the start page where the goal is not of this origin', async () => {
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example']) {
      await password(next);
      await visitor.submit(`${P}/totp`, { code: '123456' });
      expect(visitor.last.body).toContain('content="0; url=/"');
    }
  });

  test('says the same for a wrong name and a wrong password, and repeats neither', async () => {
    const bodies: string[] = [];
    for (const [name, typed] of [
      ['ada', 'wrong'],
      ['nobody', 'right'],
    ] as const) {
      await visitor.go(`${P}/login`);
      await visitor.submit(`${P}/login`, { name, password: typed });
      expect(visitor.last.status).toBe(422);
      bodies.push(visitor.last.body);
    }
    expect(bodies[0]).toBe(bodies[1]);
    expect(bodies[0]).not.toContain('nobody');
    expect(bodies[0]).toContain('role="alert"');
  });

  test('tells how long to wait, to people and to programs', async () => {
    await visitor.go(`${P}/login`);
    await visitor.submit(`${P}/login`, { name: 'locked', password: 'x' });
    expect(visitor.last.status).toBe(429);
    expect(visitor.header('retry-after')).toBe('120');
    expect(visitor.last.body).toContain('about 2 minutes');
  });

  test('ends after too many wrong codes and begins anew, with the goal kept', async () => {
    await password();
    for (let round = 0; round < 4; round += 1) {
      await visitor.submit(`${P}/totp`, { code: '000000' });
      expect(visitor.last.status).toBe(422);
    }
    expect(visitor.last.body).toContain('1 more');
    await visitor.submit(`${P}/totp`, { code: '000000' });
    expect(visitor.path).toBe(`${P}/login`);
    expect(visitor.last.body).toContain('Begin again');
    expect(visitor.fields(`${P}/login`)?.['next']).toBe('/orders?id=1');
  });

  test('with a recovery code leads to the factors', async () => {
    await password();
    await visitor.go(/href="([^"]*recovery[^"]*)"/u.exec(visitor.last.body)?.[1] ?? '');
    await visitor.submit(`${P}/recovery`, { code: CODES[0] ?? '' });
    expect(visitor.last.body).toContain('content="0; url=/.holdfast/account?note=renew&amp;next=%2Forders%3Fid%3D1"');
  });

  test('with a passkey hands the options over in an attribute, and lets exactly one script run', async () => {
    await visitor.go(`${P}/login`);
    await visitor.submit(`${P}/passkey`, {}, { holding: 'yes' });
    expect(visitor.path).toBe(`${P}/passkey`);
    expect(visitor.last.body).toContain(
      'data-options="{&quot;challenge&quot;:&quot;AAAA&quot;,&quot;note&quot;:&quot;\\&quot;&lt;&quot;}"',
    );
    const [, script = ''] = /<script src="([^"]+)" defer>/u.exec(visitor.last.body) ?? [];
    expect(visitor.header('content-security-policy')).toContain(`script-src https://shop.example${script};`);
    await visitor.submit(`${P}/passkey`, { response: '{"id":"x"}' });
    expect(parts.state.calls.at(-1)).toEqual([
      'finishPasskey',
      { id: 'x' },
      { rpId: 'shop.example', origin: 'https://shop.example' },
    ]);
    expect(visitor.cookies.has('__Host-holdfast')).toBe(true);
    await visitor.send({ path: script });
    expect(visitor.header('content-type')).toBe('text/javascript; charset=utf-8');
  });

  test('offers no passkeys where browsers have none: on addresses, and without HTTPS', async () => {
    for (const [host, secure, isOffered] of [
      ['shop.example:8443', true, true],
      ['localhost:8080', false, true],
      ['127.0.0.1:8443', true, false],
      ['[::1]:8443', true, false],
      ['shop.example', false, false],
    ] as const) {
      await visitor.send({ path: `${P}/login`, host, secure });
      expect(visitor.last.body.includes('passkey'), host).toBe(isOffered);
    }
  });

  test('ends the session that was there before', async () => {
    parts.state.needsMfa = true;
    visitor.session = async () => ({ ...SESSION, acr: 'aal1' });
    await password();
    await visitor.submit(`${P}/totp`, { code: '123456' });
    expect(parts.state.calls).toContainEqual(['end', SESSION.hash, 'revoked']);
  });

  test('is not asked of somebody who has done so well enough', async () => {
    signedIn();
    await visitor.go(`${P}/login?next=/orders`);
    expect(visitor.header('location')).toBe('/orders');
  });
});

describe('a form', () => {
  const wrong = { name: 'ada', password: 'right' };
  test.each([
    ['another origin', [['origin', 'https://evil.example']]],
    ['an origin that is hidden', [['origin', 'null']]],
    ['the other scheme', [['origin', 'http://shop.example']]],
    [
      'another site',
      [
        ['origin', 'https://shop.example'],
        ['sec-fetch-site', 'cross-site'],
      ],
    ],
    [
      'a sister host',
      [
        ['origin', 'https://shop.example'],
        ['sec-fetch-site', 'same-site'],
      ],
    ],
    ['nobody knows where', []],
    ['an address bar, with no origin', [['sec-fetch-site', 'none']]],
  ] as [string, [string, string][]][])('from %s changes nothing', async (_from, headers) => {
    await visitor.go(`${P}/login`);
    await visitor.submit(`${P}/login`, wrong, { headers });
    expect(visitor.last.status).toBe(403);
    expect(parts.state.calls).toEqual([]);
    signedIn();
    await visitor.submit(`${P}/logout`, {}, { headers });
    expect(visitor.last.status).toBe(403);
    expect(parts.state.calls).toEqual([]);
  });

  test('without its token, with that of another browser or of another sign-in changes nothing', async () => {
    await visitor.go(`${P}/login`);
    await visitor.submit(`${P}/login`, wrong, { drop: 'form_token' });
    expect(visitor.last.status).toBe(403);
    await visitor.go(`${P}/login`);
    await visitor.submit(`${P}/login`, { ...wrong, form_token: 'x'.repeat(43) });
    expect(visitor.last.status).toBe(403);
    await visitor.go(`${P}/login`);
    visitor.cookies.set('__Host-holdfast-flow', 'another-challenge-of-this-browser');
    await visitor.submit(`${P}/login`, wrong);
    expect(visitor.last.status).toBe(403);
    visitor.cookies.clear();
    await visitor.submit(`${P}/login`, wrong);
    expect(visitor.last.status).toBe(403);
    expect(parts.state.calls).toEqual([]);
  });

  test('whose field comes twice, or that is none, is read as an empty one', async () => {
    await visitor.go(`${P}/login`);
    const token = visitor.fields(`${P}/login`)?.['form_token'] ?? '';
    const same: [string, string][] = [['sec-fetch-site', 'same-origin']];
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', `form_token=${token}&name=ada&name=eve&password=right`],
      ['text/plain', `form_token=${token}&name=ada&password=right`],
    ] as const) {
      const headers = visitor.headers([['content-type', type], ...same]);
      await visitor.send({ method: 'POST', path: `${P}/login`, headers, body: Buffer.from(body).toString('base64') });
      expect(visitor.last.status).toBe(403);
    }
    expect(parts.state.calls).toEqual([]);
  });
});

describe('enrolment', () => {
  beforeEach(() => {
    parts.state.hasFactor = false;
  });

  test('is all that somebody without a second factor gets to', async () => {
    await password();
    expect(visitor.path).toBe(`${P}/enrol`);
    // Somebody invited has typed no name yet, and needs it the next time.
    expect(visitor.last.body).toContain('<strong>ada</strong>');
    for (const name of ['totp', 'recovery', 'passkey', 'codes']) {
      await visitor.go(`${P}/${name}`);
      expect(visitor.path, name).toBe(`${P}/enrol`);
    }
    expect(visitor.cookies.has('__Host-holdfast')).toBe(false);
  });

  test('shows the key as a picture, a link and text, takes a code, and shows recovery codes once', async () => {
    await password();
    await visitor.go(`${P}/enrol/totp`);
    expect(visitor.last.body).toContain('JBSW Y3DP EHPK 3PXP');
    expect(visitor.last.body).toContain('href="otpauth://totp/Shop%20%3C%26%3E%20%22Co%22:ada?secret=');
    expect(visitor.last.body).toContain('<svg class="qr"');
    await visitor.submit(`${P}/enrol/totp`, { code: '000000' });
    expect(visitor.last.status).toBe(422);
    await visitor.submit(`${P}/enrol/totp`, { code: '123456' });
    for (const code of CODES) expect(visitor.last.body).toContain(code);
    await visitor.go(`${P}/codes`);
    for (const code of CODES) expect(visitor.last.body).not.toContain(code);
    await visitor.submit(`${P}/codes`, { code: 'WRON-GWRO-NGWR-ONGW' });
    expect(visitor.cookies.has('__Host-holdfast')).toBe(false);
    await visitor.submit(`${P}/codes`, { code: CODES[1] ?? '' });
    expect(visitor.cookies.has('__Host-holdfast')).toBe(true);
  });

  test('with a passkey names it', async () => {
    await password();
    await visitor.go(`${P}/enrol/passkey`);
    await visitor.submit(`${P}/enrol/passkey`, { label: ' My phone ', response: '{"id":"k"}' });
    expect(parts.state.calls.at(-1)).toEqual([
      'confirmPasskey',
      { id: 'k' },
      { rpId: 'shop.example', origin: 'https://shop.example', name: 'My phone' },
    ]);
    expect(visitor.last.body).toContain(CODES[0]);
    // The form on that answer is already bound to the challenge that goes on.
    await visitor.submit(`${P}/codes`, { code: CODES[0] ?? '' });
    expect(visitor.cookies.has('__Host-holdfast')).toBe(true);
  });
});

describe('a link', () => {
  test.each(['invite', 'reset/finish'])('of %s leaves the address at once, and is used by the form only', async (kind) => {
    await visitor.go(`${P}/${kind}?token=${LINK}`);
    expect(visitor.last.body).not.toContain(LINK);
    expect(visitor.cookies.get('__Host-holdfast-link')).toBe(LINK);
    await visitor.submit(`${P}/${kind}`, { password: 'four words make one', again: 'four words make two' });
    expect(visitor.last.body).toContain('not the same');
    await visitor.submit(`${P}/${kind}`, { password: 'four words make one', again: 'four words make one' });
    expect(visitor.path).toBe(`${P}/totp`);
  });

  test('can be typed in, and one that is wrong is said to be and forgotten', async () => {
    await visitor.go(`${P}/invite`);
    await visitor.submit(`${P}/invite`, { token: `https://shop.example/.holdfast/invite#${LINK}x` });
    expect(visitor.cookies.get('__Host-holdfast-link')).toBe(`${LINK}x`);
    await visitor.submit(`${P}/invite`, { password: 'four words make one', again: 'four words make one' });
    expect(visitor.last.body).toContain('cannot be used');
    expect(visitor.cookies.has('__Host-holdfast-link')).toBe(false);
  });

  test('is asked for with one answer for everybody, and names known hosts only', async () => {
    const bodies = new Set<string>();
    for (const [host, isSent] of [
      ['shop.example', true],
      ['a.shops.example:8443', true],
      ['localhost:8443', true],
      ['evil.example', false],
      ['a.b.shops.example', false],
      ['shops.example', false],
    ] as const) {
      visitor.host = host;
      const before = parts.state.calls.length;
      await visitor.go(`${P}/reset`);
      await visitor.submit(`${P}/reset`, { name: 'ada' });
      bodies.add(visitor.last.body);
      expect(parts.state.calls.slice(before), host).toEqual(
        isSent ? [['requestReset', 'ada', `https://${host}/.holdfast/reset/finish#`]] : [],
      );
    }
    expect(bodies.size).toBe(1);
  });
});

describe('one’s own account', () => {
  test('is for those who are signed in', async () => {
    for (const name of PAGES.filter((page) => page.startsWith('account'))) {
      await visitor.go(applicationMount.path(name));
      expect(visitor.path, name).toBe(`${P}/login`);
    }
  });

  test('shows where somebody is signed in, and ends it', async () => {
    signedIn();
    parts.state.others = [{ ...(await parts.sessions.list(ADA.id))[0]!, id: '01JOTHER000000000000000000', userAgent: '<b>' }];
    await visitor.go(`${P}/account`);
    expect(visitor.last.body).toContain('Ada &lt;Lovelace&gt;');
    expect(visitor.last.body).toContain('Firefox on Linux');
    await visitor.submit(`${P}/account/session`, {}, { holding: '01JOTHER000000000000000000' });
    expect(parts.state.calls).toContainEqual(['endOne', ADA.id, '01JOTHER000000000000000000']);
    expect(visitor.last.body).toContain('The session was ended.');
  });

  test('asks who it is before anything is changed, and then the same session goes on under a new token', async () => {
    signedIn();
    for (const [path, fields] of [
      [`${P}/account/password`, { password: 'four words make one', again: 'four words make one' }],
      [`${P}/account/codes`, {}],
      [`${P}/account/factor`, { remove: 'totp' }],
      [`${P}/account/factor`, { add: 'yes' }],
    ] as const) {
      await visitor.go(`${P}/account`);
      const token = visitor.fields(`${P}/logout`)?.['form_token'] ?? '';
      await visitor.submit(path, { form_token: token, ...fields });
      expect(visitor.path).toBe(`${P}/totp`);
      visitor.cookies.delete('__Host-holdfast-flow');
    }
    expect(parts.state.calls.every(([name]) => name === 'beginStepUp')).toBe(true);
    await visitor.go(`${P}/account/password`);
    await visitor.submit(`${P}/totp`, { code: '123456' });
    expect(parts.state.calls.at(-1)).toEqual(['elevate', SESSION.hash, { acr: 'aal2', amr: ['otp'] }]);
    expect(visitor.path).toBe(`${P}/account/password`);
    expect(visitor.cookies.get('__Host-holdfast')).toBe('session-token-0123456789');
    await visitor.submit(`${P}/account/password`, { password: 'password', again: 'password' });
    expect(visitor.last.status).toBe(422);
    await visitor.submit(`${P}/account/password`, { password: 'four words make one', again: 'four words make one' });
    expect(parts.state.calls).toContainEqual(['setPassword', ADA.id]);
    expect(visitor.cookies.has('__Host-holdfast')).toBe(false);
  });

  test('takes nobody else’s confirmation', async () => {
    signedIn();
    await visitor.go(`${P}/account`);
    await visitor.submit(`${P}/account`);
    visitor.session = async () => ({ ...SESSION, id: '01JEVE00000000000000000000', person: '01JEVE00000000000000000000' });
    await visitor.go(`${P}/totp`);
    await visitor.submit(`${P}/totp`, { code: '123456' });
    expect(parts.state.calls.map(([name]) => name)).not.toContain('elevate');
  });

  test('keeps the last factor, and says why', async () => {
    signedIn();
    parts.state.isElevated = true;
    await visitor.go(`${P}/account`);
    await visitor.submit(`${P}/account/factor`, {}, { holding: 'totp' });
    expect(visitor.last.status).toBe(422);
    expect(visitor.last.body).toContain('add another first');
  });

  test('adds a factor and comes back', async () => {
    signedIn();
    parts.state.isElevated = true;
    await visitor.go(`${P}/account`);
    await visitor.submit(`${P}/account/factor`, {}, { holding: 'yes' });
    expect(visitor.path).toBe(`${P}/enrol`);
    await visitor.go(`${P}/enrol/totp`);
    await visitor.submit(`${P}/enrol/totp`, { code: '123456' });
    expect(visitor.path).toBe(`${P}/account`);
    expect(visitor.last.body).toContain('was set up');
  });

  test('is left by signing out, also by a button of the application', async () => {
    signedIn();
    await visitor.submit(`${P}/logout`);
    expect(parts.state.calls).toEqual([['end', SESSION.hash, 'signed-out']]);
    expect(visitor.last.headers).toContainEqual([
      'set-cookie',
      '__Host-holdfast=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
    ]);
    expect(visitor.header('clear-site-data')).toBe('"cache"');
  });
});

test('a refusal that no page expects is said in the words of its problem, and a defect is not said at all', async () => {
  await visitor.go(`${P}/login`);
  const failing = (fault: Error): void => {
    const begin = async (): Promise<never> => {
      throw fault;
    };
    Object.assign(parts.signIn, { begin });
  };
  failing(new Refusal('password-list-missing', { detail: 'secret/path' }));
  await visitor.submit(`${P}/login`, { name: 'ada', password: 'right' });
  expect(visitor.last.status).toBe(503);
  expect(visitor.last.body).not.toContain('secret/path');
  await visitor.go(`${P}/login`);
  failing(new Error('defect'));
  await expect(visitor.submit(`${P}/login`, { name: 'ada', password: 'right' })).rejects.toThrow('defect');
});

test('behind a TLS terminator that nobody told of, forms still work', async () => {
  visitor.secure = false;
  await visitor.go(`${P}/login`);
  const headers: [string, string][] = [['origin', 'https://shop.example']];
  await visitor.submit(`${P}/login`, { name: 'ada', password: 'right' }, { headers });
  expect(visitor.path).toBe(`${P}/totp`);
  expect(visitor.cookies.has('holdfast-flow')).toBe(true);
});

test('the administration has the same pages under its own paths and cookies', async () => {
  visitor = new Visitor(createPages(parts, adminMount));
  await visitor.send({ path: '/sign-in' });
  expect(visitor.title).toBe('Sign in – Holdfast');
  await visitor.submit('/sign-in', { name: 'ada', password: 'right' });
  expect(parts.state.calls[0]?.[2]).toMatchObject({ kind: 'admin', application: null });
  expect(visitor.header('location')).toBe('/sign-in/totp');
  expect([...visitor.cookies.keys()]).toEqual(['__Host-holdfast-admin-form', '__Host-holdfast-admin-flow']);
});
