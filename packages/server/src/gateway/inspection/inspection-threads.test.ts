import { afterEach, describe, expect, it } from 'vitest';
import { createInspectionThreads, type InspectionThreads } from './inspection-threads.ts';

const KIB = 1024;
const silent = { error: () => undefined, warn: () => undefined, info: () => undefined };

const open: InspectionThreads[] = [];
function threads(): InspectionThreads {
  const made = createInspectionThreads(silent);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

function post(text: string) {
  const headers = [['content-type', 'text/plain']] as const;
  const raw = { method: 'POST', target: '/notes', headers, body: new TextEncoder().encode(text) };
  return { raw, path: '/notes', groups: ['sqli', 'xss'] as const };
}

describe('inspection threads', () => {
  it('read and judge a large body, and the innocent twin has no finding', async () => {
    const pool = threads();
    const prose = 'The kettle sings and the tin is green. '.repeat(4 * KIB);
    const [attack, twin] = await Promise.all([
      pool.judge(post(`${prose}<script>alert(document.cookie)</script>`)),
      pool.judge(post(prose)),
    ]);
    expect(attack).toMatchObject({ kind: 'read', decoded: { kind: 'ok' }, inspection: { isAttack: true } });
    expect(twin).toMatchObject({ kind: 'read', decoded: { kind: 'ok' }, inspection: { isAttack: false, findings: [] } });
  });

  it('leave the body with the caller: it is forwarded afterwards', async () => {
    const job = post('x'.repeat(100 * KIB));
    await threads().judge(job);
    expect(job.raw.body).toHaveLength(100 * KIB);
  });

  it('say that they are busy instead of holding more than they may', async () => {
    const pool = threads();
    const large = post('x'.repeat(9_000 * KIB));
    const verdicts = await Promise.all(Array.from({ length: 12 }, () => pool.judge(large)));
    expect(verdicts.filter((verdict) => verdict.kind === 'unread')).not.toHaveLength(0);
    expect(verdicts.filter((verdict) => verdict.kind === 'read').length).toBeGreaterThan(4);
    for (const verdict of verdicts) if (verdict.kind === 'unread') expect(verdict.reason).toBe('busy');
  });

  it('answer everybody when they are closed, and start again for the next body', async () => {
    const pool = threads();
    const waiting = Array.from({ length: 6 }, () => pool.judge(post('y'.repeat(900 * KIB))));
    await pool.close();
    for (const verdict of await Promise.all(waiting)) expect(['read', 'unread']).toContain(verdict.kind);
    expect((await pool.judge(post('z'))).kind).toBe('read');
  });
});
