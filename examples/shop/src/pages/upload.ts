import { readBody } from '../body.ts';
import { html } from '../html.ts';
import { limits } from '../limits.ts';
import { readFilePart } from '../multipart.ts';
import { redirect, sendBytes, sendPage } from '../reply.ts';
import { ShopError } from '../shop-error.ts';
import { shelve, takeFromShelf } from '../upload-shelf.ts';
import type { Visit } from '../visit.ts';

export async function showUploads(visit: Visit): Promise<void> {
  const names = [...visit.parts.uploads.types.keys()];
  await sendPage(visit, {
    title: 'Photos',
    body: html`<h1>Photos from customers</h1>
      ${names.length === 0 ? html`<p>Nothing here yet.</p>` : html``}
      <ul>
        ${names.map((name) => html`<li><a href="/uploads/${name}">${name}</a></li>`)}
      </ul>
      <form class="stack" method="post" action="/upload" enctype="multipart/form-data">
        <label for="file">Add a photo (up to ${limits.bodyBytesMax / 1024 / 1024} MB)</label>
        <input id="file" name="file" type="file" required />
        <button type="submit">Upload</button>
      </form>`,
  });
}

export async function addUpload(visit: Visit): Promise<void> {
  const body = await readBody(visit.request, limits.bodyBytesMax);
  const part = readFilePart(visit.request.headers['content-type'] ?? '', body);
  if (part === undefined) throw new ShopError('request-malformed', 'Choose a file first.');
  await shelve(visit.parts.uploads, part);
  redirect(visit, '/upload');
}

export async function sendUpload(visit: Visit): Promise<void> {
  const file = await takeFromShelf(visit.parts.uploads, visit.params.get('name') ?? '');
  if (file === undefined) throw new ShopError('not-found', 'There is no such photo.');
  // FLAW unrestricted-upload: any content is kept and served inline with the type its sender claimed.
  sendBytes(visit, file.type, file.bytes);
}
