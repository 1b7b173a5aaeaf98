import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';
import { ask, unsealing } from '../../support/sealed.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-seal-away-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const dataDir = join(folder, 'data');
const PASSPHRASE = 'fünf rote Boote am Steg';
const passphraseFile = join(folder, 'passphrase');
const BY_FILE = { HOLDFAST_KEYRING__PASSPHRASE_FILE: passphraseFile };
const SECRET = 'secret/production/API_KEY';

/** A connection that is made in the moment in which workers end may never be answered (decision 0030): whoever waits asks again. */
const status = async (server: HoldfastProcess, path = '/'): Promise<number | string> => {
  const answered = ask(server.https, path).then(
    (answer) => answer.status,
    (error: unknown) => String(error),
  );
  return Promise.race([answered, sleep(20_000, 'no answer', { ref: false })]);
};

beforeAll(async () => {
  writeFileSync(passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 });
  const made = await holdfast(['init', '--seal', 'passphrase', '--passphrase-file', passphraseFile, '--data-dir', dataDir]);
  expect(made.code, made.stderr).toBe(0);
}, 300_000);

describe('keys of a process that runs', { timeout: 300_000 }, () => {
  test('a root key with a passphrase from the start never lies on the disk; a second one is not made over it', async () => {
    expect(existsSync(join(dataDir, 'keys/root.key'))).toBe(false);
    const again = await holdfast(['init', '--seal', 'shares', '--of', '3', '--need', '2', '--yes', '--data-dir', dataDir]);
    expect([again.code, again.stdout]).toEqual([5, '']);
  });

  test('stop: everything answers 503 at once and serves again on the same ports when they are back', async () => {
    await using server = await HoldfastProcess.start({ dataDir, env: BY_FILE });
    expect(existsSync(join(dataDir, 'keys/root.key'))).toBe(false);
    const set = await holdfast(['secret', 'set', SECRET, '--stdin', '--data-dir', dataDir], { input: 'a value' });
    expect(set.code, set.stderr).toBe(0);
    const unwilling = await server.cli('key', 'seal', '--reason', 'no --yes');
    expect([unwilling.code, await status(server)]).toEqual([5, 200]);
    expect((await server.cli('key', 'seal', '--reason', 'drill', '--yes')).code).toBe(0);
    await expect.poll(() => status(server), { timeout: 60_000 }).toBe(503);
    await expect.poll(async () => (await ask(server.admin, '/-/ready')).status, { timeout: 60_000 }).toBe(503);
    // It would come by itself at a start; put away by hand, it waits for somebody on this host.
    const guest = await unsealing(server, {});
    expect([403, 429]).toContain(guest.status);
    // Pauses double: however slow this machine is, soon one is longer than the way to the next try.
    let refused = 0;
    let answer = 403;
    for (; answer === 403 && refused < 12; refused += answer === 403 ? 1 : 0)
      answer = (await unsealing(server, { passphrase: 'not this one' })).status;
    expect(answer).toBe(429);
    expect((await server.cli<{ seal: { refusedTries: number } }>('key', 'status')).data.seal.refusedTries).toBe(refused);
    const back = await holdfast(['key', 'unseal', '--from', passphraseFile, '--data-dir', dataDir]);
    expect([back.code, back.stdout]).toEqual([0, 'unsealed: Holdfast goes on\n']);
    await expect.poll(() => status(server), { timeout: 100_000 }).toBe(200);
    const read = await holdfast(['secret', 'get', SECRET, '--purpose', 'test', '--data-dir', dataDir]);
    expect([read.code, read.stdout.trim()]).toEqual([0, 'a value']);
    const types = await server.cli<{ events: { type: string }[] }>('audit', 'tail', '--lines', '100');
    const ours = types.data.events.map(({ type }) => type).filter((type) => /^keyring\.(?:seal|unseal)/u.test(type));
    // Newest first.
    const tries = Array.from({ length: refused }, () => 'keyring.unseal.refused');
    expect(ours).toEqual(['keyring.unsealed', ...tries, 'keyring.sealed']);
    expect(await server.kill('SIGTERM')).toBe(0);
  });

  test('serve: traffic goes on, and secrets and changes are refused until they are back', async () => {
    const env = { ...BY_FILE, HOLDFAST_KEYRING__WHEN_SEALED: 'serve' };
    await using server = await HoldfastProcess.start({ dataDir, env });
    expect((await server.cli('key', 'seal', '--reason', 'drill', '--yes')).code).toBe(0);
    for (const command of [
      ['ban', 'add', '192.0.2.1', '--forever'],
      ['secret', 'set', SECRET, '--generate', '24'],
      ['secret', 'get', SECRET, '--purpose', 'test'],
      ['key', 'rotate', '--data'],
    ])
      expect(await server.cli(...command), command.join(' ')).toMatchObject({ code: 4, data: { code: 'keyring-sealed' } });
    expect((await server.cli('ban', 'list')).code).toBe(0);
    expect(await status(server)).toBe(200);
    expect((await server.fetch("/search?q=1'%20OR%20'1'='1'--%20")).status).toBe(403);
    const ready = JSON.parse((await ask(server.admin, '/-/ready')).body) as { ready: boolean; reasons: string[] };
    expect(ready).toEqual({ ready: true, reasons: [expect.stringMatching(/^sealed/u)] });
    expect(await server.cli('key', 'unseal', '--from', passphraseFile)).toMatchObject({ code: 0 });
    expect((await server.cli('ban', 'add', '192.0.2.1', '--forever')).code).toBe(0);
    const read = await holdfast(['secret', 'get', SECRET, '--purpose', 'test', '--data-dir', dataDir]);
    expect([read.code, read.stdout.trim()]).toEqual([0, 'a value']);
    expect((await server.cli('audit', 'verify')).code).toBe(0);
  });

  test('with workers: their listeners answer 503 as well, and come back', async () => {
    await using server = await HoldfastProcess.start({ dataDir, env: BY_FILE, args: ['--workers', '2'] });
    expect((await server.cli('key', 'seal', '--reason', 'drill', '--yes')).code).toBe(0);
    await expect.poll(() => status(server), { timeout: 60_000 }).toBe(503);
    expect((await server.cli('key', 'unseal', '--from', passphraseFile)).code).toBe(0);
    await expect.poll(() => status(server), { timeout: 100_000 }).toBe(200);
  });
});
