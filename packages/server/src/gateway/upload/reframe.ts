import type { PartHead } from '@holdfast/inspect';
import { inMemory, readInto } from './content.ts';
import type { Stretch } from './spooled-pieces.ts';
import type { TakenBody, TakenFile } from './take/taken-body.ts';
import type { Content } from './content.ts';

/** What goes on of a file instead of what came. */
export interface Change {
  readonly name?: string;
  readonly content?: readonly Stretch[];
}

/** What is handed on, in order: as it came but for the files that are changed. */
export async function stretchesOf(body: TakenBody, changes: ReadonlyMap<TakenFile, Change>): Promise<readonly Stretch[]> {
  const stretches: Stretch[] = [];
  for (const segment of body.segments) {
    if (segment.kind === 'file') {
      const { content, spool } = segment.file;
      stretches.push(...(changes.get(segment.file)?.content ?? [{ content, spool, from: 0, to: content.size }]));
      continue;
    }
    const { frame } = body;
    if (frame === null) throw new Error('assertion: a body with parts has a frame');
    const change = segment.kind === 'head' ? changes.get(segment.file) : undefined;
    if (segment.kind === 'frame' || change === undefined) stretches.push({ ...frame, from: segment.from, to: segment.to });
    else {
      const block = await slice(frame.content, segment);
      const content = inMemory(Buffer.from(writeHead(block, segment.head, change), 'utf8'));
      stretches.push({ content, spool: null, from: 0, to: content.size });
    }
  }
  return stretches;
}

async function slice(content: Content, { from, to }: { from: number; to: number }): Promise<string> {
  if (content.kind === 'memory') return content.bytes.toString('utf8', from, to);
  const room = Buffer.alloc(to - from);
  await readInto(content.fd, room, from);
  return room.toString('utf8');
}

/** What is said about octets that came, and not about others (RFC 9530; RFC 1864). */
export const ABOUT_CONTENT: ReadonlySet<string> = new Set([
  'content-length',
  'content-digest',
  'repr-digest',
  'digest',
  'content-md5',
]);

/** RFC 7578 §4.2 and the HTML standard's multipart encoding: quotes and line breaks are percent-encoded. */
const quoted = (text: string): string => `"${text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}"`;

function writeHead(block: string, head: PartHead, change: Change): string {
  const lines = block.split('\r\n').flatMap((line) => {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    if (name === 'content-disposition' && change.name !== undefined)
      return [`Content-Disposition: form-data; name=${quoted(head.name)}; filename=${quoted(change.name)}`];
    return change.content !== undefined && ABOUT_CONTENT.has(name) ? [] : [line];
  });
  return lines.join('\r\n');
}
