import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiEnv } from '../route.ts';
import { openConsoleFiles } from './files.ts';
import { mountConsole } from './mount-console.ts';
import { plainStart } from './plain-start.ts';

const SHELL = '<!doctype html><title>Console</title>';
const PAGE = { accept: 'text/html,*/*;q=0.8' };
const SCRIPT = 'let a = 1;';
let folder = '';

/** `isReady`: somebody can sign in, so that the shell can show something. */
function consoleAt(path: string, { isReady = true } = {}) {
  const api = new OpenAPIHono<ApiEnv>();
  mountConsole(api, {
    files: openConsoleFiles(path),
    plain: async (context, isBuilt) => (isReady && isBuilt ? null : plainStart(context, null, isBuilt)),
  });
  return async (target: string, headers: Record<string, string> = PAGE) =>
    api.request(`https://localhost:9443${target}`, { headers });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-console-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), SHELL);
  await writeFile(join(folder, 'assets/a.js'), SCRIPT);
  await writeFile(join(folder, 'assets/a.js.gz'), gzipSync(SCRIPT));
  await writeFile(join(folder, 'assets/notes.txt'), 'no kind of file that a console has');
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('the console', () => {
  it('without a build is a plain page that says how to build it', async () => {
    const ask = consoleAt(join(folder, 'none'));
    const start = await ask('/');
    expect(start.status).toBe(200);
    expect(await start.text()).toContain('npm run build:console');
    expect((await ask('/assets/a.js')).status).toBe(404);
  });

  it('is a plain page too where nobody can sign in yet', async () => {
    expect(await (await consoleAt(folder, { isReady: false })('/')).text()).not.toContain('npm run build:console');
  });

  it('is one shell at every path of its own, for people and not for programs', async () => {
    const ask = consoleAt(folder);
    for (const path of ['/', '/bans', '/people/ada', '/sign-inn', '/apiary']) {
      const answer = await ask(path);
      expect(await answer.text(), path).toBe(SHELL);
      expect(answer.headers.get('content-security-policy'), path).toContain("trusted-types 'none'");
    }
    for (const path of ['/api/v1/none', '/-/none', '/sign-in', '/setup', '/assets/none.js'])
      expect((await ask(path)).status, path).toBe(404);
    expect((await ask('/bans', { accept: 'application/json' })).status).toBe(404);
  });

  it('sends files in the best form that the browser takes, and nothing that lies beside them', async () => {
    const ask = consoleAt(folder);
    const packed = await ask('/assets/a.js', { 'accept-encoding': 'gzip;q=0.5, br' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('vary')).toBe('accept-encoding');
    expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe(SCRIPT);
    const refused = await ask('/assets/a.js', { 'accept-encoding': 'gzip;q=0' });
    expect(refused.headers.get('content-encoding')).toBeNull();
    expect(await refused.text()).toBe(SCRIPT);
    const tag = refused.headers.get('etag') ?? '';
    expect((await ask('/assets/a.js', { 'if-none-match': tag })).status).toBe(304);
    for (const path of ['/assets/notes.txt', '/assets/../index.html/x', '/assets/..%2findex.html', '/assets/a.js.gz'])
      expect((await ask(path, {})).status, path).toBe(404);
  });
});
