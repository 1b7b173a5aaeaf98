import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { HONEST_REQUESTS, SOURCE_FILES } from './honest-requests.ts';

let server: HoldfastProcess;
let upstream: EchoUpstream;

describe('honest requests in enforce mode, with the default configuration', () => {
  beforeAll(async () => {
    // It does not repeat what it was sent: a stack trace in an answer would be masked.
    upstream = await startEchoUpstream({ isQuiet: true });
    server = await HoldfastProcess.start({ args: ['--to', upstream.url, '--mode', 'enforce'] });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  test.each(HONEST_REQUESTS)('$method $name passes untouched', async ({ method, target, headers, body }) => {
    upstream.reset();
    const answer = await server.fetch(target, {
      method,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    });
    const { findings } = answer.status === 200 ? { findings: null } : await explain(String(answer.headers['x-request-id']));
    expect(findings).toBeNull();
    expect(answer.status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
    expect(upstream.seen[0]).toMatchObject({ method, url: target, body: Buffer.from(body ?? '').toString('latin1') });
  });

  test('files of source are no attack: not taken as it is, and untouched where they are', async () => {
    const { method, target, headers = {}, body = '' } = SOURCE_FILES;
    const refused = await server.fetch(target, { method, headers, body });
    expect(refused.status).toBe(422);
    expect((await explain(String(refused.headers['x-request-id']))).findings).toMatchObject({
      findings: [],
      reason: expect.stringMatching(/^upload-/u),
    });
    const folder = mkdtempSync(join(tmpdir(), 'hf-honest-'));
    const config = join(folder, 'holdfast.yaml');
    const application = { id: 'forge', name: 'Forge', upstream: upstream.url, uploads: { action: 'record' } };
    writeFileSync(config, JSON.stringify({ mode: 'enforce', applications: [application] }));
    await using forge = await HoldfastProcess.start({ args: ['--config', config] });
    upstream.reset();
    expect((await forge.fetch(target, { method, headers, body })).status).toBe(200);
    expect(upstream.seen).toMatchObject([{ method, url: target, body: Buffer.from(body).toString('latin1') }]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('the same places are guarded: an attack in each is refused', async () => {
    const attack = "x' UNION SELECT name, password FROM users -- ";
    const bodies = {
      'application/json': JSON.stringify({ note: attack }),
      'application/x-www-form-urlencoded': new URLSearchParams({ note: attack }).toString(),
      'application/graphql': `{ product(name: "${attack}") { id } }`,
      'text/plain': attack,
      'text/xml': `<a>${attack}</a>`,
    };
    for (const [type, body] of Object.entries(bodies)) {
      // Node's client frames the body of a DELETE only when it is told the length.
      const headers = { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
        // One after the other: the table is small and the answers are compared one by one.
        // oxlint-disable-next-line no-await-in-loop
        expect((await server.fetch('/api', { method, headers, body })).status, `${method} ${type}`).toBe(403);
    }
    expect((await server.fetch(`/search?q=${encodeURIComponent(attack)}`)).status).toBe(403);
    expect((await server.fetch('/', { headers: { cookie: `pref=${encodeURIComponent(attack)}` } })).status).toBe(403);
  });
});

/** Which rule stopped it: the first thing to know when one of these fails. */
async function explain(id: string): Promise<{ findings: unknown }> {
  const { data } = await server.cli<{ findings?: unknown; reason?: unknown }>('explain', id);
  return { findings: data };
}
