import type { ApplicationInput, LoginSettings } from '@holdfast/contract';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startChildScript, type ChildScript } from '../platform/child-script.ts';
import { Refusal } from '../platform/refusal.ts';
import { inlineHashesOf } from './response/csp/inline-hash.ts';

/** Pages whose inline scripts and styles are the shop's own; read before anybody could have put something into them. */
const PAGES = [
  '/',
  '/search?q=lamp',
  '/products/1',
  '/login',
  '/upload',
  '/tools',
  '/live',
  '/about-this-shop',
  '/orders',
  '/account',
];
const PAGE_BYTES_MAX = 1_048_576;
const CHECKOUT = resolve(import.meta.dirname, '../../../..');

export const DEMO_ID = 'demo-shop';

export interface Demo extends AsyncDisposable {
  readonly url: string;
  readonly application: ApplicationInput;
}

/**
 * The bundled, deliberately flawed shop, in a process of its own with few rights: what is protected when nothing else is
 * named. Its content security policy is enforced from the start, because its inline scripts are known.
 */
export async function startDemo({
  dataDir,
  mode,
  login,
  hosts,
  credentials,
}: {
  dataDir: string;
  mode: 'monitor' | 'enforce';
  login: LoginSettings['mode'];
  hosts: readonly string[];
  /** Variables with what the shop may know. */
  credentials: Readonly<Record<string, string>>;
}): Promise<Demo> {
  const file = join(CHECKOUT, 'examples/shop/src/server.ts');
  if (!existsSync(file))
    throw new Refusal('config-invalid', {
      detail: 'The demo shop is not part of this installation: name your application with --to URL.',
    });
  const folder = join(dataDir, 'demo');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const shop = await startChildScript({
    file,
    args: ['--port', '0', '--data-dir', folder],
    folders: { read: [CHECKOUT], write: [folder] },
    env: credentials,
    canSpawn: true,
  });
  const application: ApplicationInput = {
    id: DEMO_ID,
    name: 'Demo shop',
    hosts: [...hosts],
    upstream: shop.url,
    mode,
    login: { mode: login },
    csp: { mode: 'enforce', inlineHashes: await inlineHashes(shop) },
  };
  return { url: shop.url, application, [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose]() };
}

async function inlineHashes({ url }: ChildScript): Promise<string[]> {
  const found = await Promise.all(
    PAGES.map(async (page) => {
      const answer = await fetch(new URL(page, url), { headers: { accept: 'text/html' } });
      const html = await answer.text();
      return answer.ok && html.length <= PAGE_BYTES_MAX ? inlineHashesOf(html) : [];
    }),
  );
  return [...new Set(found.flat())].toSorted();
}
