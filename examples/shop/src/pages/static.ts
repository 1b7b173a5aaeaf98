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

export function sendAsset(visit: Visit): void {
  const asset = assets.get(visit.params.get('name') ?? '');
  if (asset === undefined) throw new ShopError('not-found', 'There is no such file.');
  visit.response.setHeader('Cache-Control', 'public, max-age=300');
  sendBytes(visit, asset.type, asset.bytes);
}
