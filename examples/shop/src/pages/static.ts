import { readFileSync } from 'node:fs';
import { sendBytes } from '../reply.ts';
import { ShopError } from '../shop-error.ts';
import type { Visit } from '../visit.ts';

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
}

function loadAsset(name: string, type: string): [string, Asset] {
  return [name, { type, bytes: readFileSync(new URL(`../static/${name}`, import.meta.url)) }];
}

// Known names only, so this folder is not a second path traversal.
const assets = new Map([loadAsset('shop.css', 'text/css; charset=utf-8'), loadAsset('leaf.svg', 'image/svg+xml')]);

export const sendAsset = (visit: Visit): void => send(visit, visit.params.get('name') ?? '');

/** A browser asks for this by itself where a document names no icon, as a picture opened alone does. */
export const sendIcon = (visit: Visit): void => send(visit, 'leaf.svg');

function send(visit: Visit, name: string): void {
  const asset = assets.get(name);
  if (asset === undefined) throw new ShopError('not-found', 'There is no such file.');
  visit.response.setHeader('Cache-Control', 'public, max-age=300');
  sendBytes(visit, asset.type, asset.bytes);
}
