import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../../packages/server/src/platform/tls/expiry.ts';
import { issueAuthority, issueLeaf } from '../../../packages/server/src/platform/tls/issue.ts';
import { holdfast } from '../../support/holdfast-process.ts';
import { LockOutStand } from '../../support/lock-out-stand.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-lock-host-'));
let stand: LockOutStand;
beforeAll(async () => {
  stand = await LockOutStand.open();
}, 60_000);
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => stand.expectNothingLost());

/** Whoever signed the certificate that answers. */
async function servedIssuer(address: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port), servername: 'localhost', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { issuer } = socket.getPeerCertificate();
  socket.destroy();
  return String(issuer.CN);
}

describe('a host on which nothing starts', () => {
  test('9: the configuration has faults', async () => {
    const file = join(folder, 'holdfast.yaml');
    const text = `mode: monitor\nlimits:\n  bodyBytesMaximum: 7\nlogin: sometimes\ndataDir: ${stand.dataDir}\n`;
    writeFileSync(file, text);
    await stand.down();
    const refused = await stand.refusedUp({ HOLDFAST_CONFIG: file });
    expect(refused.code, refused.stderr).toBe(3);
    const checked = await holdfast(['config', 'check', '--config', file, '--json'], { cwd: folder });
    expect(checked.code).toBe(3);
    // All faults at once, with the lines to change.
    expect(checked.stdout + checked.stderr).toMatch(/bodyBytesMaximum[\s\S]*login|login[\s\S]*bodyBytesMaximum/u);
    writeFileSync(file, text.replace(/limits:\n.*\n/u, '').replace('login: sometimes', 'login: off'));
    expect((await holdfast(['config', 'check', '--config', file], { cwd: folder })).code).toBe(0);
    await stand.up({ HOLDFAST_CONFIG: file });
    expect((await stand.visit('198.51.100.1')).status).toBe(200);
  });

  test('10: the root key is gone, and there is the copy that was put away', async () => {
    const key = join(stand.dataDir, 'keys/root.key');
    const copy = join(folder, 'root.key');
    copyFileSync(key, copy);
    await stand.down();
    rmSync(key);
    const refused = await stand.refusedUp();
    expect(refused.stderr).toMatch(/^ {2}code {2}key-wrong$/mu);
    expect(refused.code).toBe(3);
    await stand.recover([['init', '--root-key', copy]]);
    await stand.up();
    expect((await stand.visit('198.51.100.1')).status).toBe(200);
  });

  test('11: the certificate has expired: a new pair of files is taken without a command, the local one is made anew at the start', async () => {
    const authority = await issueAuthority({
      notBeforeMs: Date.now() - 90 * DAY_MS,
      notAfterMs: Date.now() + 90 * DAY_MS,
      commonName: 'Test',
      domains: ['localhost'],
    });
    const issue = (days: number) =>
      issueLeaf({
        notBeforeMs: Date.now() - 60 * DAY_MS,
        notAfterMs: Date.now() + days * DAY_MS,
        authority,
        names: ['localhost'],
      });
    const place = async (days: number): Promise<void> => {
      const { certPem, keyPem } = await issue(days);
      writeFileSync(join(folder, 'site.crt'), certPem);
      writeFileSync(join(folder, 'site.key'), keyPem, { mode: 0o600 });
    };
    await stand.down();
    await place(-1);
    const own = { HOLDFAST_TLS__CERTIFICATE: join(folder, 'site.crt'), HOLDFAST_TLS__KEY: join(folder, 'site.key') };
    await stand.up(own);
    // The local one serves meanwhile, and the record says why.
    expect(await servedIssuer(stand.server.https)).not.toBe('Test');
    const { data } = await stand.server.cli<object>('audit', 'tail', '-n', '50');
    expect(JSON.stringify(data)).toContain('expired');
    await place(30);
    await expect.poll(() => servedIssuer(stand.server.https), { timeout: 60_000, interval: 250 }).toBe('Test');
    await stand.down();

    // Switched off for three years: the local certificate of then is long over.
    await stand.up(stand.clockOf(-3 * 365 * DAY_MS));
    await stand.down();
    await stand.up();
    const leaf = new X509Certificate(readFileSync(join(stand.dataDir, 'tls/leaf.crt')));
    expect(leaf.validToDate.getTime()).toBeGreaterThan(Date.now());
    expect(leaf.validFromDate.getTime()).toBeLessThan(Date.now());
    expect((await stand.visit('198.51.100.1')).status).toBe(200);
  });
});
