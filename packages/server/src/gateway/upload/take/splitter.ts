import type { EncodedPart, FilePart } from '../../body/multipart-reader.ts';
import { joined } from './arrived.ts';
import type { Arrived } from './arrived.ts';
import { EncodedFiles } from './encoded-files.ts';
import { Spool } from '../spool/spool.ts';
import type { SpoolRoom } from '../spool/spool-room.ts';
import type { Segment, TakenBody, TakenFile } from './taken-body.ts';

interface Opened {
  readonly spool: Spool;
  readonly part: FilePart | null;
}

type Piece =
  | { readonly kind: 'frame'; readonly from: number; readonly to: number }
  | { readonly kind: 'head'; readonly from: number; readonly to: number; readonly file: number }
  | { readonly kind: 'file'; readonly file: number };

/** Where the files of a body begin and end, as its reader found them; null = the whole body is one file. */
export interface BodyParts {
  readonly files: readonly FilePart[];
  readonly encoded: readonly EncodedPart[];
  /** What short fields hold. */
  readonly fieldFiles: readonly TakenFile[];
  readonly isBlind: boolean;
}

/** How much is taken. */
export interface Taken {
  readonly files: 'take' | 'refuse';
  readonly fileBytesMax: number;
  readonly filesMax: number;
}

/** Takes a body apart into its files and the frame around them, each into a spool of its own. */
export class Splitter {
  readonly #room: SpoolRoom;
  readonly #parts: BodyParts | null;
  readonly #declaredType: string | null;
  readonly #opened: Opened[] = [];
  readonly #encoded: EncodedFiles;
  readonly #pieces: Piece[] = [];
  #frame: Spool | null = null;
  /** Octets of the body, and of its frame, that have been taken. */
  #at = 0;
  #framed = 0;
  #inFile = false;

  // oxlint-disable-next-line max-params -- one private caller
  constructor(room: SpoolRoom, parts: BodyParts | null, declaredType: string | null) {
    this.#room = room;
    this.#parts = parts;
    this.#declaredType = declaredType;
    this.#encoded = new EncodedFiles(room, parts?.encoded ?? []);
  }

  /** What is already more than is taken; null = nothing. */
  over({ files, fileBytesMax, filesMax }: Taken): 'not-taken' | 'too-many' | 'too-large' | null {
    if (files === 'refuse' && this.#opened.some(({ spool }) => spool.size > 0)) return 'not-taken';
    if (this.#opened.length > filesMax) return 'too-many';
    const isLarge = this.#opened.some(({ spool }) => spool.size > fileBytesMax) || this.#encoded.largestBytes > fileBytesMax;
    return isLarge ? 'too-large' : null;
  }

  /** A promise = no more may come until it is settled. */
  take({ bytes, isOwn }: Arrived): Promise<void> | null {
    if (this.#parts === null) {
      if (this.#opened.length === 0) this.#openFile(null);
      return this.#opened[0]?.spool.write(bytes, isOwn) ?? null;
    }
    const total = bytes.length;
    let rest = bytes;
    let waiting: Promise<void> | null = null;
    while (rest.length > 0) {
      const length = Math.min(rest.length, this.#untilEdge());
      const piece = rest.subarray(0, length);
      rest = rest.subarray(length);
      // What is cut stands in two spools, and neither knows when the other has taken its part.
      if (length > 0) waiting = joined(waiting, this.#put(piece, isOwn && length === total));
    }
    return waiting;
  }

  async finish(): Promise<TakenBody> {
    const files: TakenFile[] = [];
    for (const { spool, part } of this.#opened) files.push(await this.#finishFile(spool, part));
    const framed = this.#frame === null ? null : await this.#frame.finish();
    const frame = framed === null ? null : { content: framed.content, spool: this.#frame };
    if (framed !== null && this.#parts?.isBlind === true) files.push(blindFile(framed, this.#frame));
    const segments = this.#pieces.flatMap((piece) => this.#segment(piece, files));
    files.push(...(await this.#encoded.finish()), ...(this.#parts?.fieldFiles ?? []));
    return { files, frame, segments, close: () => this.close() };
  }

  close(): void {
    for (const { spool } of this.#opened) spool.close();
    this.#frame?.close();
    this.#encoded.close();
  }

  /** How many octets may be taken before something else begins; also opens and closes files that begin or end here. */
  #untilEdge(): number {
    const next = this.#parts?.files[this.#opened.length - (this.#inFile ? 1 : 0)];
    if (next === undefined) return Number.POSITIVE_INFINITY;
    if (!this.#inFile) {
      if (this.#at < next.from) return next.from - this.#at;
      this.#openFile(next);
    }
    if (next.to === null || this.#at < next.to) return (next.to ?? Number.POSITIVE_INFINITY) - this.#at;
    this.#inFile = false;
    return 0;
  }

  #openFile(part: FilePart | null): void {
    this.#inFile = true;
    const file = this.#opened.length;
    this.#opened.push({ spool: new Spool(this.#room), part });
    if (part !== null) this.#cutHead(part, file);
    this.#pieces.push({ kind: 'file', file });
  }

  /** The header block is the end of the last piece of the frame, but for the empty line behind it. */
  #cutHead(part: FilePart, file: number): void {
    const shift = this.#at - this.#framed;
    const last = this.#pieces.at(-1);
    if (last?.kind !== 'frame') return;
    const [from, to] = [part.headFrom - shift, part.headTo - shift];
    this.#pieces.splice(-1, 1, { ...last, to: from }, { kind: 'head', from, to, file }, { kind: 'frame', from: to, to: last.to });
  }

  #put(bytes: Uint8Array, isOwn: boolean): Promise<void> | null {
    const from = this.#at;
    this.#at += bytes.length;
    if (this.#inFile) return this.#opened.at(-1)?.spool.write(bytes, isOwn) ?? null;
    const decoded = this.#encoded.take(bytes, from);
    this.#frame ??= new Spool(this.#room);
    const last = this.#pieces.at(-1);
    const to = this.#framed + bytes.length;
    if (last?.kind === 'frame') this.#pieces.splice(-1, 1, { ...last, to });
    else this.#pieces.push({ kind: 'frame', from: this.#framed, to });
    this.#framed = to;
    return joined(decoded, this.#frame.write(bytes, false));
  }

  async #finishFile(spool: Spool, part: FilePart | null): Promise<TakenFile> {
    const { content, hash } = await spool.finish();
    return {
      content,
      hash,
      spool,
      name: part?.head.fileName ?? '',
      field: part?.head.name ?? '',
      declaredType: part === null ? this.#declaredType : (part.head.type ?? null),
      origin: 'declared',
    };
  }

  #segment(piece: Piece, files: readonly TakenFile[]): readonly Segment[] {
    if (piece.kind === 'frame') return [piece];
    const file = files[piece.file];
    if (file === undefined) return [];
    if (piece.kind === 'file') return [{ kind: 'file', file }];
    const head = this.#opened[piece.file]?.part?.head;
    return head === undefined ? [{ ...piece, kind: 'frame' }] : [{ kind: 'head', from: piece.from, to: piece.to, file, head }];
  }
}

/** What could not be read as a form is shown to scanners as it is. */
function blindFile({ content, hash }: Pick<TakenFile, 'content' | 'hash'>, spool: Spool | null): TakenFile {
  return { content, hash, spool, name: '', field: '', declaredType: null, origin: 'text' };
}
