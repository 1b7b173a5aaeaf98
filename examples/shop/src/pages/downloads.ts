import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { html } from '../html.ts';
import { limits } from '../limits.ts';
import { queryText, sendBytes, sendPage } from '../reply.ts';
import { DOCUMENTS } from '../seed.ts';
import { ShopError } from '../shop-error.ts';
import type { Visit } from '../visit.ts';

export async function showDownloads(visit: Visit): Promise<void> {
  const names = [...DOCUMENTS.keys()];
  await sendPage(visit, {
    title: 'Guides',
    body: html`<h1>Guides</h1>
      <ul>
        ${names.map((name) => html`<li><a href="/download?file=${encodeURIComponent(name)}">${name}</a></li>`)}
      </ul>`,
  });
}

export async function sendDownload(visit: Visit): Promise<void> {
  const name = queryText(visit, 'file');
  // FLAW path-traversal: `../` climbs out of the documents folder.
  const path = join(visit.parts.docsDir, name);
  await using file = await open(path, 'r');
  if (!(await file.stat()).isFile()) throw new ShopError('not-found', 'That is not a file.');
  const buffer = Buffer.alloc(limits.downloadBytesMax);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  sendBytes(visit, 'text/plain; charset=utf-8', buffer.subarray(0, bytesRead));
}
