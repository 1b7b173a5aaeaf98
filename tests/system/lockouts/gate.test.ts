import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LockOutStand } from '../../support/lock-out-stand.ts';

const OWN = '198.51.100.20';
const OFFICE = '203.0.113.10';
const SSH = { SSH_CONNECTION: `${OWN} 50000 10.0.0.1 22` };
const SOON = { timeout: 10_000, interval: 50 };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const folder = mkdtempSync(join(tmpdir(), 'hf-lock-gate-'));
let stand: LockOutStand;
beforeAll(async () => {
  stand = await LockOutStand.open(['--mode', 'enforce']);
}, 60_000);
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => stand.expectNothingLost());

const statusFrom = async (address: string): Promise<number> => (await stand.visit(address)).status;

describe('whoever is kept out by what they set', () => {
  test('1: their own address is banned', async () => {
    expect(await statusFrom(OWN)).toBe(200);
    await stand.recover([['ban', 'add', OWN, '--forever']]);
    await expect.poll(() => statusFrom(OWN), SOON).toBe(403);
    await stand.recover([['ban', 'remove', '--mine']], SSH);
    await expect.poll(() => statusFrom(OWN), SOON).toBe(200);
  });

  test('2: the whole office is banned, with an attacker in it', async () => {
    await stand.recover([['ban', 'add', '203.0.113.0/24', '--forever']]);
    await expect.poll(() => statusFrom(OFFICE), SOON).toBe(403);
    await stand.recover([['ban', 'allow', 'add', OFFICE, '--reason', 'our office']]);
    await expect.poll(() => statusFrom(OFFICE), SOON).toBe(200);
    expect(await statusFrom('203.0.113.11')).toBe(403);
  });

  test('3: a rule refuses the form with which the application itself is administered', async () => {
    const save = () =>
      stand.visit(OWN, '/admin/template', {
        method: 'POST',
        headers: FORM,
        body: new URLSearchParams({ html: '<script>document.cookie</script>' }).toString(),
      });
    const refused = await save();
    expect(refused.status).toBe(403);
    const id = String(refused.headers['x-request-id']);
    await stand.recover([['exception', 'add', '--from', id, '--reason', 'editors write pages here']]);
    await expect.poll(async () => (await save()).status, SOON).toBe(200);
    const elsewhere = await stand.visit(OWN, '/search?html=%3Cscript%3Edocument.cookie%3C%2Fscript%3E');
    expect(elsewhere.status).toBe(403);
  });

  test('3b: and when nobody knows which rule: one command and everything only records', async () => {
    const attack = async (): Promise<number> => (await stand.visit(OWN, '/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E')).status;
    expect(await attack()).toBe(403);
    await stand.recover([['app', 'mode', 'app', 'monitor', '--reason', 'back to recording']]);
    await expect.poll(attack, SOON).toBe(200);
    await stand.recover([['app', 'mode', 'app', 'enforce', '--reason', 'as it was', '--yes']]);
    await expect.poll(attack, SOON).toBe(403);
  });

  test('4: a schema was accepted that honest requests do not fit', async () => {
    const list = async (): Promise<number> => (await stand.visit(OWN, '/list?page=7')).status;
    expect(await list()).toBe(200);
    const file = join(folder, 'narrow.yaml');
    writeFileSync(
      file,
      'paths:\n  /list:\n    get:\n      parameters:\n        - {in: query, name: page, schema: {type: integer, maximum: 3}}\n',
    );
    await stand.recover([['schema', 'accept', 'app', '--file', file, '--yes']]);
    await expect.poll(list, SOON).toBe(400);
    await stand.recover([['schema', 'withdraw', 'app', '--yes']]);
    await expect.poll(list, SOON).toBe(200);
  });

  test('14: an access policy lets nobody in any more', async () => {
    expect(await statusFrom(OWN)).toBe(200);
    const file = join(folder, 'nobody.cedar');
    writeFileSync(file, '@id("office") permit(principal in Group::"office-with-a-typo", action, resource);');
    await stand.recover([
      ['policy', 'mode', 'app', 'enforce', '--yes'],
      ['policy', 'accept', 'app', '--file', file, '--yes', '--reason', 'only the office'],
    ]);
    await expect.poll(() => statusFrom(OWN), SOON).toBe(403);
    await stand.recover([['policy', 'withdraw', 'app', '--yes']]);
    await expect.poll(() => statusFrom(OWN), SOON).toBe(200);
    const narrow = join(folder, 'some.cedar');
    writeFileSync(narrow, '@id("all") permit(principal, action, resource);');
    await stand.recover([['policy', 'accept', 'app', '--file', narrow, '--yes', '--reason', 'as it was']]);
    await stand.recover([['policy', 'accept', 'app', '--file', file, '--yes', '--reason', 'once more']]);
    await expect.poll(() => statusFrom(OWN), SOON).toBe(403);
    await stand.recover([['policy', 'rollback', 'app', '--yes']]);
    await expect.poll(() => statusFrom(OWN), SOON).toBe(200);
  });
});
