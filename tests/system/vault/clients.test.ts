import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import nodeVault from 'node-vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../support/holdfast-process.ts';
import { startVaultStand, type VaultStand } from '../../support/vault-stand.ts';

const run = promisify(execFile);
const PYTHON = '/usr/bin/python3';
const HVAC = '/usr/lib/python3/dist-packages/hvac';

let stand: VaultStand;
beforeAll(async () => {
  stand = await startVaultStand();
});
afterAll(async () => stand[Symbol.asyncDispose]());

const vaultAddress = (): string => stand.running.vault.replace('127.0.0.1', 'localhost');

describe('hvac, as Debian has it', () => {
  const hasHvac = existsSync(HVAC);
  if (!hasHvac)
    process.emitWarning('python3-hvac is not installed: the Vault API is not shown with it (apt-get install python3-hvac)');

  it.skipIf(!hasHvac)('does all that it can be asked to do, over TLS', async () => {
    const child = spawn(PYTHON, [join(ROOT, 'tests/system/vault/hvac_client.py')], {
      env: { ...process.env, VAULT_ADDR: vaultAddress(), VAULT_CACERT: stand.caFile, VAULT_TOKEN: stand.token },
    });
    let output = '';
    let trouble = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (trouble += chunk.toString()));
    await new Promise((done) => void child.once('close', done));
    expect(trouble).toBe('');
    const { done, ...failure } = JSON.parse(output) as { done: string[]; failed?: string; error?: string };
    expect(failure).toEqual({});
    expect(done).toHaveLength(12);
  });
});

describe('node-vault', () => {
  const client = (token: string) =>
    nodeVault({ endpoint: vaultAddress(), token, requestOptions: { ca: readFileSync(stand.caFile), strictSSL: true } });

  it('reads, writes, lists, patches and deletes secrets, LIST on a connection that is kept included', async () => {
    const vault = client(stand.token);
    await vault.write('shop/data/staging/node', { data: { user: 'app', password: 'first' } });
    await vault.update('shop/data/staging/node', { data: { password: 'second' } });
    const { data: held } = await vault.read('shop/data/staging/node');
    expect(held).toMatchObject({ data: { user: 'app', password: 'second' }, metadata: { version: 2, destroyed: false } });
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await vault.list('shop/metadata/staging')).data).toEqual({ keys: ['node'] });
      expect((await vault.read('shop/metadata/staging/node')).data).toMatchObject({ current_version: 2 });
    }
    await vault.delete('shop/data/staging/node');
    await expect(vault.read('shop/data/staging/node')).rejects.toMatchObject({
      response: { statusCode: 404, body: { data: { data: null, metadata: { version: 2, destroyed: false } } } },
    });
    await expect(vault.read('shop/data/staging/never')).rejects.toMatchObject({
      response: { statusCode: 404, body: { errors: [] } },
    });
    await vault.delete('shop/metadata/staging/node');
  });

  it('signs in with a role, renews and revokes itself', async () => {
    const vault = client(stand.token);
    await vault.addApproleRole({ role_name: 'node', policies: 'secret:reveal', token_ttl: 600 });
    const { data: role } = await vault.getApproleRoleId({ role_name: 'node' });
    const { data: secret } = await vault.getApproleRoleSecret({ role_name: 'node' });
    const program = client('');
    const { auth } = await program.approleLogin({ role_id: role.role_id, secret_id: secret.secret_id });
    expect(auth).toMatchObject({ lease_duration: 600, renewable: true, policies: ['default', 'secret:reveal'] });
    expect((await program.tokenLookupSelf()).data).toMatchObject({ type: 'service', orphan: true, path: 'auth/approle/login' });
    await expect(program.tokenRenewSelf({ increment: 1200 })).resolves.toMatchObject({ auth: { lease_duration: 1200 } });
    await program.tokenRevokeSelf();
    await expect(program.tokenLookupSelf()).rejects.toMatchObject({ response: { statusCode: 403 } });
    expect((await vault.approleRoles()).data.keys).toContain('node');
    await vault.deleteApproleRole({ role_name: 'node' });
  });

  it('encrypts, and opens what was wrapped once', async () => {
    const vault = client(stand.token);
    await vault.transitCreateKey({ name: 'cards' });
    const plaintext = Buffer.from('4111').toString('base64');
    const { data: sealed } = await vault.encryptData({ name: 'cards', plaintext });
    expect(sealed.ciphertext).toMatch(/^vault:v1:/u);
    await vault.write('transit/keys/cards/rotate', {});
    const { data: anew } = await vault.rewrapData({ name: 'cards', ciphertext: sealed.ciphertext });
    expect(anew.ciphertext).toMatch(/^vault:v2:/u);
    expect((await vault.decryptData({ name: 'cards', ciphertext: anew.ciphertext })).data).toEqual({ plaintext });
    const { wrap_info: wrapped } = await vault.write('sys/wrapping/wrap', { k: 'v' }, { headers: { 'X-Vault-Wrap-TTL': '60' } });
    expect((await vault.unwrap({ token: wrapped.token })).data).toEqual({ k: 'v' });
    await expect(vault.unwrap({ token: wrapped.token })).rejects.toMatchObject({ response: { statusCode: 400 } });
    await expect
      .poll(async () => JSON.stringify((await stand.running.cli('audit', 'tail', '--type', 'vault.wrapping.opened-twice')).data))
      .toContain('"high"');
    expect(await vault.health()).toMatchObject({ initialized: true, sealed: false });
    expect(await vault.status()).toMatchObject({ sealed: false });
  });
});

describe('other clients', () => {
  it('write with PUT and list with a parameter, as those in Go do', async () => {
    const written = await stand.call('PUT', '/v1/shop/data/staging/go', { body: { data: { value: 'g' } } });
    expect(written).toMatchObject({ status: 200, body: { data: { version: 1 } } });
    const listed = await stand.call('GET', '/v1/shop/metadata/staging?list=true', { headers: { 'x-vault-request': 'true' } });
    expect(listed).toMatchObject({ status: 200, body: { data: { keys: ['go'] } } });
    const mount = await stand.call('GET', '/v1/sys/internal/ui/mounts/shop/staging/go');
    expect(mount).toMatchObject({ status: 200, body: { data: { path: 'shop/', type: 'kv', options: { version: '2' } } } });
    // The same on the admin listener, with the token where others put it.
    const bearer = await stand.call('GET', '/v1/shop/data/staging/go', {
      origin: stand.running.admin,
      token: null,
      headers: { authorization: `Bearer ${stand.token}` },
    });
    expect(bearer).toMatchObject({ status: 200, body: { data: { data: { value: 'g' } } } });
  });

  it('are curl and a shell', async () => {
    const { stdout } = await run('curl', [
      '-sS',
      '--cacert',
      stand.caFile,
      '-X',
      'LIST',
      '-H',
      `X-Vault-Token: ${stand.token}`,
      `${vaultAddress()}/v1/shop/metadata/staging`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ data: { keys: ['go'] } });
    const head = await stand.call('HEAD', '/v1/sys/health', { token: null });
    expect(head.status).toBe(200);
  });
});

describe('LIST', () => {
  /** Everything that comes back on one connection, until it ends. */
  const exchange = async (...parts: readonly string[]): Promise<string> =>
    new Promise((settle, fail) => {
      const { port } = new URL(stand.running.vault);
      const socket = connect({ host: '127.0.0.1', port: Number(port), servername: 'localhost', ca: stand.running.ca() });
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const next = parts[text.split('HTTP/1.1 ').length - 1];
        if (next !== undefined) socket.write(next);
      });
      socket.once('secureConnect', () => socket.write(parts[0] ?? ''));
      socket.once('close', () => settle(text));
      socket.once('error', fail);
    });
  const head = (line: string, ...more: readonly string[]): string =>
    `${[line, 'Host: localhost', `X-Vault-Token: ${stand.token}`, ...more].join('\r\n')}\r\n\r\n`;
  const LIST = 'LIST /v1/shop/metadata/staging HTTP/1.1';

  it('is answered on a connection that carried other calls before, which then ends', async () => {
    const text = await exchange(head('GET /v1/sys/health HTTP/1.1'), head(LIST));
    expect(text.match(/HTTP\/1\.1 200/gu)).toHaveLength(2);
    expect(text).toContain('"keys":["go"]');
    expect(text.toLowerCase()).toContain('connection: close');
  });

  it('is refused where it could be read in two ways', async () => {
    const odd = [
      head(LIST, 'Content-Length: 5') + 'hello',
      head(LIST, 'Transfer-Encoding: chunked') + '0\r\n\r\n',
      head(LIST, 'Host: other'),
      head(LIST) + head(LIST),
      head('LIST http://localhost/v1/shop/metadata HTTP/1.1'),
      head('LIST  /v1/shop/metadata HTTP/1.1'),
      head('LIST /api/v1/tokens HTTP/1.1'),
      head('LISTEN /v1/shop/metadata HTTP/1.1'),
      head(LIST, ' folded: line'),
      head(LIST, `X-Long: ${'x'.repeat(20_000)}`),
    ];
    for (const each of odd) {
      const text = await exchange(each);
      expect(text, JSON.stringify(each.slice(0, 220))).toMatch(/^HTTP\/1\.1 4\d\d /u);
      expect(text).not.toContain('keys');
    }
    // The honest twin.
    expect(await exchange(head(LIST, 'Content-Length: 0'))).toContain('"keys":["go"]');
  });
});
