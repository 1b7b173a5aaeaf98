import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { newToken } from '../../support/identity-stand.ts';
import type { StandCommand } from './workers-stand.ts';

/** Enough requests on connections of their own that each of two workers answers some. */
const ASKED = 16;

let upstream: EchoUpstream;
let stand: ChildProcess;
let origin = '';
beforeAll(async () => {
  upstream = await startEchoUpstream();
  stand = fork(fileURLToPath(new URL('./workers-stand.ts', import.meta.url)), [upstream.url], {
    execArgv: ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning'],
  });
  // The first message of workers-stand.ts.
  const [{ port }] = (await once(stand, 'message')) as [{ port: number }];
  origin = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  const gone = once(stand, 'exit');
  stand.send({ name: 'close' } satisfies StandCommand);
  await gone;
  await upstream[Symbol.asyncDispose]();
});

async function tell(command: StandCommand): Promise<void> {
  const done = once(stand, 'message');
  stand.send(command);
  await done;
}

async function statuses(token: string, path = '/', init: RequestInit = {}): Promise<number[]> {
  const headers = { cookie: `holdfast=${token}`, connection: 'close', ...Object.fromEntries(new Headers(init.headers)) };
  const answers = await Promise.all(
    Array.from({ length: ASKED }, async () => {
      const answer = await fetch(`${origin}${path}`, { ...init, headers });
      await answer.arrayBuffer();
      return answer.status;
    }),
  );
  return [...new Set(answers)];
}

describe('two gateway workers', () => {
  test('let in whom the control plane knows, and answer with its pages', async () => {
    const token = newToken();
    expect(await statuses(token)).toEqual([401]);
    const known = newToken();
    await tell({ name: 'sign-in', token: known });
    expect(await statuses(known)).toEqual([200]);
    expect(await statuses(token, '/.holdfast/login', { method: 'POST', body: 'a=b', headers: { origin } })).toEqual([200]);
  });

  test('refuse a revoked session within a second, both of them', async () => {
    const token = newToken();
    await tell({ name: 'sign-in', token });
    expect(await statuses(token)).toEqual([200]);
    await tell({ name: 'revoke', token });
    await expect.poll(() => statuses(token), { timeout: 15_000, interval: 20 }).toEqual([401]);
  });

  test('let nobody in while the control plane does not answer', async () => {
    const token = newToken();
    await tell({ name: 'sign-in', token });
    await tell({ name: 'fail', isFailing: true });
    upstream.reset();
    expect(await statuses(token)).toEqual([503]);
    expect(upstream.seen).toEqual([]);
    await tell({ name: 'fail', isFailing: false });
    expect(await statuses(token)).toEqual([200]);
  });
});
