import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasClamd, TestClamd } from '../../support/clamd.ts';
import { FORM, form, sha256, startUploadStand } from '../../support/upload-stand.ts';
import type { UploadStand } from '../../support/upload-stand.ts';

const MARK = 'holdfast-clamd-only-signature';
const FOLDER = '/usr/share/clamav-testfiles';
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const BAD = Buffer.from('a file that is known by its hash only\n');
const hdb = (): string => {
  const rows = [`${md5(BAD)}:${BAD.length}:Holdfast.Test.Hash`];
  const exe = `${FOLDER}/clam.exe`;
  if (existsSync(exe)) rows.push(`${md5(readFileSync(exe))}:${readFileSync(exe).length}:Holdfast.Test.Program`);
  return `${rows.join('\n')}\n`;
};
const ndb = `Holdfast.Test.Mark:0:*:${Buffer.from(MARK).toString('hex')}\n`;
/** Different octets each time, so that no verdict is remembered. */
const text = (index: number, extra = ''): Buffer => Buffer.from(`letter ${index}\n${'honest words '.repeat(6000)}${extra}\n`);
const asForm = (bytes: Uint8Array): Buffer => form([{ name: 'file', fileName: 'letter.txt', type: 'text/plain', bytes }]);

describe.runIf(hasClamd())('with a real clamd', () => {
  let clamd: TestClamd;
  let stand: UploadStand;
  beforeAll(async () => {
    clamd = await new TestClamd({ 'local.hdb': hdb(), 'local.ndb': ndb }, { streamBytesMax: 4_194_304 }).start();
    const scanners = { clamd: `unix:${clamd.socket}`, timeoutMs: 8000 };
    stand = await startUploadStand({ scanners, application: { mode: 'monitor', uploads: { types: ['txt', 'zip', 'pe'] } } });
  }, 90_000);
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
    await clamd[Symbol.asyncDispose]();
  });
  const codeOf = (body: string): string => (JSON.parse(body) as { code: string }).code;

  it('what only its signatures know is kept, and the honest twin arrives octet by octet', async () => {
    for (const bytes of [BAD, text(1, MARK), Buffer.concat([text(2), Buffer.alloc(2_000_000, 'y'), Buffer.from(MARK)])]) {
      const sent = await stand.send(asForm(bytes), { type: FORM });
      expect({ status: sent.status, code: codeOf(sent.body) }).toEqual({ status: 422, code: 'upload-quarantined' });
    }
    const twin = asForm(text(1));
    expect((await stand.send(twin, { type: FORM })).status).toBe(200);
    expect(stand.received.map(({ hash }) => hash)).toEqual([sha256(twin)]);
    await expect.poll(() => stand.events('upload.infected').length, { timeout: 30_000 }).toBe(3);
    expect(stand.events('upload.infected')[0]?.payload).toMatchObject({
      scans: [
        { scanner: 'yara', verdict: 'clean' },
        { scanner: 'clamd', verdict: 'infected' },
      ],
    });
  });

  it.runIf(existsSync(`${FOLDER}/clam.exe`))('the test programs of ClamAV are named, plain and packed', async () => {
    for (const name of ['clam.exe', 'clam.zip', 'clam.tar.gz']) {
      const sent = await stand.send(readFileSync(`${FOLDER}/${name}`), { type: 'application/octet-stream' });
      expect({ name, code: codeOf(sent.body) }).toEqual({ name, code: 'upload-quarantined' });
    }
  });

  it('a file that it does not take whole is held', async () => {
    const sent = await stand.send(asForm(Buffer.alloc(6_000_000, 'honest words\n')), { type: FORM });
    expect({ status: sent.status, code: codeOf(sent.body) }).toEqual({ status: 503, code: 'upload-held' });
    expect(sent.headers['retry-after']).toBeDefined();
  });

  it('killed, stopped and reloading while uploads run: nothing that it did not see reaches the application', async () => {
    const before = stand.received.length;
    const passed = new Set<string>();
    const held: number[] = [];
    const upload = async (index: number): Promise<void> => {
      const body = asForm(text(1000 + index, index % 5 === 0 ? MARK : ''));
      const sent = await stand.send(body, { type: FORM });
      if (sent.status === 200) passed.add(sha256(body));
      else held.push(sent.status);
      expect(sent.status === 200 && index % 5 === 0).toBe(false);
    };
    const round = (from: number): Promise<unknown> => Promise.all(Array.from({ length: 40 }, (_, index) => upload(from + index)));
    await round(0);
    const whileKilled = round(40);
    await clamd.kill();
    await whileKilled;
    await clamd.start();
    // Until the pause after its failures is over, files are held; then a probe finds it well.
    await expect
      .poll(async () => (await stand.send(asForm(text(5000 + held.length)), { type: FORM })).status, {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(200);
    const whileStopped = round(80);
    clamd.signal('SIGSTOP');
    await whileStopped;
    clamd.signal('SIGCONT');
    await expect
      .poll(async () => (await stand.send(asForm(text(6000)), { type: FORM })).status, { timeout: 60_000, interval: 500 })
      .toBe(200);
    clamd.write('more.ndb', `Holdfast.Test.More:0:*:${Buffer.from('another mark').toString('hex')}\n`);
    const whileReloading = round(120);
    void clamd.ask('RELOAD');
    await whileReloading;
    await round(160);

    const arrived = stand.received.slice(before);
    const marked = arrived.filter(({ body }) => body.includes(MARK));
    expect(marked).toEqual([]);
    // Every body that arrived is one that was answered for with 200: what was held did not slip through behind its answer.
    const probes = new Set(
      arrived.filter(({ body }) => /letter [56]\d{3}\n/u.test(body.toString('latin1'))).map(({ hash }) => hash),
    );
    expect(arrived.map(({ hash }) => hash).filter((hash) => !passed.has(hash) && !probes.has(hash))).toEqual([]);
    expect(passed.size).toBeGreaterThan(0);
    expect(held.filter((status) => status !== 422 && status !== 503)).toEqual([]);
    await expect
      .poll(() => stand.events('upload.scanner-changed').map(({ payload }) => payload['state']), { timeout: 30_000 })
      .toContain('down');
    const scanned = stand.events('upload.passed').map(({ payload }) => JSON.stringify(payload['scans']));
    expect(scanned.every((scans) => scans.includes('"clamd","verdict":"clean"'))).toBe(true);
  }, 180_000);
});
