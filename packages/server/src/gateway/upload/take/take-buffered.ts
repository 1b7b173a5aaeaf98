import { multipartBoundary } from '@holdfast/inspect';
import { contentType, essence, isFileType } from '../../body/file-type.ts';
import { MultipartReader } from '../../body/multipart-reader.ts';
import type { FilePart } from '../../body/multipart-reader.ts';
import type { Exchange } from '../../exchange.ts';
import { inMemory } from '../content.ts';
import { filesInFields } from './files-in-fields.ts';
import { memoryFile } from './taken-body.ts';
import type { Segment, TakenBody, TakenFile } from './taken-body.ts';

const ignore = (): void => undefined;
/** What a form, an API or a page sends: fields, which the inspection has read. */
const FIELDS = /^(?:text\/|application\/(?:x-www-form-urlencoded|graphql|[^;]{0,100}json|[^;]{0,100}xml)\b)/u;

/** The files of a body that is in memory; null = there are none. */
export function takeBuffered(exchange: Exchange, inflated: Uint8Array): TakenBody | null {
  const bytes = Buffer.from(inflated.buffer, inflated.byteOffset, inflated.byteLength);
  if (bytes.length === 0) return null;
  const type = contentType(exchange);
  const plain = essence(type);
  if (plain.startsWith('multipart/')) return takeForm(bytes, type, filesInFields(exchange.canonical?.fields ?? []));
  if (isFileType(plain)) return whole(bytes, plain, 'declared');
  const found = filesInFields(exchange.canonical?.fields ?? []);
  if (FIELDS.test(plain)) return found.length === 0 ? null : { files: found, frame: null, segments: [], close: ignore };
  // Nobody said what it is, or in words that nobody knows.
  return whole(bytes, plain, 'found');
}

function whole(bytes: Buffer, type: string, origin: TakenFile['origin']): TakenBody {
  const file = memoryFile(bytes, { name: '', field: '', declaredType: type === '' ? null : type, origin });
  return { files: [file], frame: null, segments: [{ kind: 'file', file }], close: ignore };
}

function takeForm(bytes: Buffer, type: string, found: readonly TakenFile[]): TakenBody | null {
  const boundary = multipartBoundary(type);
  const reader = boundary.kind === 'boundary' ? new MultipartReader(boundary.boundary) : null;
  // It was refused before where that is asked for; else scanners see it as it is.
  if (reader === null || reader.push(bytes).fault !== null || reader.end().fault !== null) return whole(bytes, '', 'text');
  const files: TakenFile[] = [];
  const segments: Segment[] = [];
  let at = 0;
  for (const part of reader.files) {
    const file = partFile(bytes, part);
    files.push(file);
    segments.push(
      { kind: 'frame', from: at, to: part.headFrom },
      { kind: 'head', from: part.headFrom, to: part.headTo, file, head: part.head },
      { kind: 'frame', from: part.headTo, to: part.from },
      { kind: 'file', file },
    );
    at = part.to ?? bytes.length;
  }
  segments.push({ kind: 'frame', from: at, to: bytes.length });
  if (files.length + found.length === 0) return null;
  return { files: [...files, ...found], frame: { content: inMemory(bytes), spool: null }, segments, close: ignore };
}

function partFile(bytes: Buffer, { head, from, to }: FilePart): TakenFile {
  const claim = { name: head.fileName ?? '', field: head.name, declaredType: head.type ?? null, origin: 'declared' } as const;
  return memoryFile(bytes.subarray(from, to ?? bytes.length), claim);
}
