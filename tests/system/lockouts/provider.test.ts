import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AdminBrowser } from '../../support/admin-browser.ts';
import { LockOutStand } from '../../support/lock-out-stand.ts';
import { OidcOp, OP_CLIENT, OP_SECRET } from '../../support/oidc-op.ts';

const PASSWORD = 'vier blaue Fahrräder im Regen';
const SIGN_IN = '/sign-in';
const OWNER = {
  sub: 'owner-at-corp',
  claims: { email: 'olga@example.org', email_verified: true, name: 'Olga' },
  acr: 'urn:two',
};

let op: OidcOp;
let stand: LockOutStand;
beforeAll(async () => {
  op = await OidcOp.start();
  const provider = {
    id: 'corp',
    name: 'Corp',
    issuer: op.issuer,
    clientId: OP_CLIENT,
    clientSecret: 'env:OP_SECRET',
    aal2: { acr: ['urn:two'] },
  };
  stand = await LockOutStand.open([], {
    env: {
      OP_SECRET,
      HOLDFAST_IDENTITY__PROVIDERS: JSON.stringify([provider]),
      HOLDFAST_ADMIN_OIDC_PROVIDER: 'corp',
      HOLDFAST_ADMIN_OIDC_SUBJECT: OWNER.sub,
    },
  });
  op.register([`https://localhost:${new URL(stand.server.admin).port}${SIGN_IN}/provider/back/corp`]);
  op.account = OWNER;
}, 60_000);
afterAll(() => stand[Symbol.asyncDispose]());

const goOn = (browser: AdminBrowser): string =>
  (/http-equiv="refresh" content="0; url=([^"]*)"/u.exec(browser.last.body)?.[1] ?? '').replaceAll('&amp;', '&');

test('12: the only administrator signs in by a provider, and that is gone', async () => {
  const olga = stand.browser();
  await olga.go(SIGN_IN);
  await olga.submit(`${SIGN_IN}/provider`, { provider: 'corp', for: 'sign-in' });
  const back = await op.authorize(goOn(olga));
  await olga.go(back.pathname + back.search);
  const { data } = await olga.api('GET', '/me');
  expect(data).toMatchObject({ role: 'owner' });
  const name = String(data['name']);

  await op[Symbol.asyncDispose]();
  const again = stand.browser();
  await again.go(SIGN_IN);
  await again.submit(`${SIGN_IN}/provider`, { provider: 'corp', for: 'sign-in' });
  expect((await again.api('GET', '/me')).status).toBe(401);
  const { link } = await stand.recover([['admin', 'recover', name, '--yes']]);
  const recovered = stand.browser();
  await recovered.enrol(String(link), { password: PASSWORD });
  expect((await recovered.api('GET', '/me')).data).toMatchObject({ name, role: 'owner' });
  await stand.expectNothingLost();
});
