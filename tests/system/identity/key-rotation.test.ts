import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { expect, test } from 'vitest';
import { newIdentityKey, startIdentityStand } from '../../support/identity-stand.ts';
import { verifyAssertion, type KeyList } from '../../support/verify-assertion.ts';

const REQUESTS = 10_000;
const CONNECTIONS = 16;
/** An application that keeps the list of keys for this long; a key is published for longer before it signs. */
const KEPT_MS = 50;
const AHEAD_MS = 400;

interface Kept {
  readonly keys: Promise<KeyList>;
  readonly at: number;
}

// The gateway serves a list of this shape.
const readKeys = async (origin: string): Promise<KeyList> =>
  (await (await fetch(`${origin}/.well-known/holdfast/jwks.json`)).json()) as KeyList;

test('an application that checks every request by the published keys sees no failure across a change of keys', async () => {
  let kept: Kept | null = null;
  let origin = '';
  const kids = new Map<string, number>();
  const failures: unknown[] = [];
  const application = createServer((incoming, outgoing) => {
    const token = String(incoming.headers['x-holdfast-jwt-assertion']);
    check(token)
      .then((kid) => {
        kids.set(kid, (kids.get(kid) ?? 0) + 1);
        return outgoing.end('ok');
      })
      .catch((error: unknown) => {
        failures.push(error);
        outgoing.writeHead(500).end();
      });
  });
  const check = async (token: string): Promise<string> => {
    // What is kept is used as it is, a key that it lacks is not looked for: that is what publishing ahead is for.
    if (kept === null || performance.now() - kept.at >= KEPT_MS) kept = { keys: readKeys(origin), at: performance.now() };
    return String(verifyAssertion(token, await kept.keys, { issuer: origin, audience: 'echo' }).header['kid']);
  };
  await new Promise<void>((resolve) => {
    application.listen(0, '127.0.0.1', resolve);
  });
  // A TCP server that listens has an address object.
  const { port } = application.address() as AddressInfo;
  await using stand = await startIdentityStand({ upstream: `http://127.0.0.1:${port}` });
  origin = stand.plain;

  // People come and go, so that there is always somebody whose assertion is new.
  const cookies = Array.from({ length: 200 }, () => `holdfast=${stand.control.signIn()}`);
  const pool = new Pool(stand.plain, { connections: CONNECTIONS });
  const first = newIdentityKey('first-of-two', 0);
  stand.gateway.push({ identityKeys: [first] });
  let sent = 0;
  let refused = 0;
  const work = async (): Promise<void> => {
    while (sent < REQUESTS) {
      const index = sent;
      sent += 1;
      if (index === 2000) {
        stand.gateway.push({ identityKeys: [first, newIdentityKey('second-of-two', Date.now() + AHEAD_MS)] });
      }
      if (index % 50 === 0) {
        cookies.push(`holdfast=${stand.control.signIn()}`);
        cookies.shift();
      }
      const cookie = cookies[index % cookies.length] ?? '';
      const answer = await pool.request({ path: '/', method: 'GET', headers: { cookie } });
      await answer.body.dump();
      if (answer.statusCode !== 200) refused += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  await pool.close();
  expect(failures).toEqual([]);
  expect(refused).toBe(0);
  expect([...kids.keys()].toSorted()).toEqual(['first-of-two', 'second-of-two']);
  application.closeAllConnections();
  application.close();
});
