import { fileType, STRIPPED_TYPES } from '@holdfast/inspect';
import type { FilePolicy } from '@holdfast/inspect';
import { inMemory } from '../content.ts';
import type { Content } from '../content.ts';
import type { RouteUploads } from '../route-settings.ts';
import type { Scanners } from '../scan/scanners.ts';
import type { Stretch } from '../spooled-pieces.ts';
import type { TakenBody } from '../take/taken-body.ts';
import type { Delivered, SeenFile } from '../verdict.ts';
import { holdsText } from './holds-text.ts';
import type { Reencoder } from './reencoder.ts';

export interface ChangedPicture {
  readonly seen: SeenFile;
  readonly content: readonly Stretch[];
  readonly delivered: Delivered;
  close(): void;
}

/** refused = nobody can change it as the settings ask, or what comes out is not fit; held = nobody could just now. */
export type PictureChange =
  | ({ readonly kind: 'changed' } & ChangedPicture)
  | { readonly kind: 'same' }
  | ({ readonly kind: 'refused' } & StoppedPicture)
  | ({ readonly kind: 'held' } & StoppedPicture);

interface StoppedPicture {
  readonly seen: SeenFile;
  readonly detail: string;
}

export interface Changing {
  readonly taken: TakenBody;
  readonly settings: RouteUploads;
  readonly policy: FilePolicy;
  readonly scanners: Pick<Scanners, 'strip' | 'judge'>;
  readonly reencoder: Pick<Reencoder, 'write'>;
  /** What stands between parts of a form; null = the body is no form. */
  readonly delimiter: string | null;
}

const SAME: PictureChange = { kind: 'same' };
const KNOWN: ReadonlySet<string> = new Set(STRIPPED_TYPES);
/** Nothing but pixels has a place in it. */
const WITHOUT_METADATA: ReadonlySet<string> = new Set(['bmp']);

/** Every picture of a request as the settings of its route ask for it. */
export async function changePictures(files: readonly SeenFile[], changing: Changing): Promise<readonly PictureChange[]> {
  if (changing.settings.images === 'keep') return [];
  const inBody = new Set(changing.taken.segments.flatMap((segment) => (segment.kind === 'file' ? [segment.file] : [])));
  const changes = await Promise.all(
    files.map(async (seen) => {
      const change = await changeOne(seen, changing);
      if (change.kind !== 'changed' || inBody.has(seen.file)) return change;
      change.close();
      return { kind: 'refused', seen, detail: 'a picture within a value cannot be changed there' } as const;
    }),
  );
  return changes.filter(({ kind }) => kind !== 'same');
}

async function changeOne(seen: SeenFile, changing: Changing): Promise<PictureChange> {
  const { foundType } = seen;
  const { images } = changing.settings;
  if (foundType === null || fileType(foundType)?.family !== 'image') return SAME;
  if (images === 'strip' && WITHOUT_METADATA.has(foundType)) return SAME;
  if (!KNOWN.has(foundType)) {
    const detail =
      images === 'strip' ? 'metadata of this type cannot be cut out' : 'pictures of this type cannot be written anew';
    return { kind: 'refused', seen, detail };
  }
  const change = images === 'strip' ? await strip(seen, foundType, changing) : await reencode(seen, foundType, changing);
  if (change.kind !== 'changed' || changing.delimiter === null) return change;
  // Whoever cuts pieces out of a file brings others together: what was no end of a part must not become one.
  if (!(await holdsText(change.content, changing.delimiter))) return change;
  change.close();
  return { kind: 'refused', seen, detail: 'changed, it would end its part of the form' };
}

// oxlint-disable-next-line max-params -- one private caller
async function strip(seen: SeenFile, type: string, { scanners }: Changing): Promise<PictureChange> {
  const { content, spool, hash: came } = seen.file;
  const stripped = await scanners.strip(content, type);
  if (stripped === null) return { kind: 'refused', seen, detail: 'its metadata cannot be told from its pixels' };
  const { pieces, bytes, hash } = stripped;
  if (hash === came) return SAME;
  const stretches = pieces.map((piece): Stretch => {
    if (piece.kind === 'span') return { content, spool, from: piece.from, to: piece.to };
    const octets = Buffer.from(piece.octets);
    return { content: inMemory(octets), spool: null, from: 0, to: octets.length };
  });
  return { kind: 'changed', seen, content: stretches, delivered: { how: 'stripped', bytes, hash }, close: () => undefined };
}

// oxlint-disable-next-line max-params -- one private caller
async function reencode(seen: SeenFile, type: string, changing: Changing): Promise<PictureChange> {
  const { fileBytesMax } = changing.settings;
  const written = await changing.reencoder.write(seen.file.content, type, fileBytesMax);
  if (written.kind !== 'written') return { kind: written.kind === 'refused' ? 'refused' : 'held', seen, detail: written.detail };
  const { content, hash, spool } = written;
  const close = (): void => spool.close();
  if (await isFit(content, type, changing)) {
    const stretch = { content, spool, from: 0, to: content.size };
    return { kind: 'changed', seen, content: [stretch], delivered: { how: 'reencoded', bytes: content.size, hash }, close };
  }
  close();
  return { kind: 'refused', seen, detail: 'written anew it is not fit to be taken' };
}

/** Whoever has taken over a decoder writes what he likes: what comes out is judged as what came in. */
async function isFit(content: Content, type: string, { scanners, policy }: Changing): Promise<boolean> {
  const judgement = await scanners.judge(content, { name: '', type: null }, policy);
  return judgement !== null && judgement.type?.id === type && judgement.findings.length === 0;
}
