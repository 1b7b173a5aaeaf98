import { pathToFileURL } from 'node:url';
import type decoder from 'sharp';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { PICTURE_EXIT } from './picture-exit.ts';

/**
 * Decodes one picture and writes it anew: a program of its own, because decoders are what hostile files are written for. It gets the picture
 * on its standard input, answers on its standard output, and ends; nothing of one picture is there when the next one comes.
 */
const [sharpPath = '', type = '', pixelsMax = '0'] = process.argv.slice(2);

/** The one reader of each type: the others, of which there are many, cannot be reached. */
const READERS: ReadonlyMap<string, string> = new Map([
  ['jpeg', 'VipsForeignLoadJpegBuffer'],
  ['png', 'VipsForeignLoadPngBuffer'],
  ['webp', 'VipsForeignLoadWebpBuffer'],
  ['gif', 'VipsForeignLoadNsgifBuffer'],
]);
const ANIMATED: ReadonlySet<string> = new Set(['gif', 'webp']);
const JPEG_QUALITY = 90;
const WEBP_QUALITY = 90;

async function readAll(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks);
}

const pixelsOf = ({ width, height, pageHeight, pages = 1 }: Metadata): number => width * (pageHeight ?? height) * pages;

/** `VP8L` is the first chunk, or stands behind those that say more of it (RFC 9649 §2.6). */
const isLossless = (input: Buffer): boolean => input.subarray(0, 4096).includes('VP8L');

function write(picture: Sharp, { chromaSubsampling, depth, space }: Metadata, input: Buffer): Sharp {
  if (type === 'jpeg')
    return picture.jpeg({ quality: JPEG_QUALITY, chromaSubsampling: chromaSubsampling === '4:4:4' ? '4:4:4' : '4:2:0' });
  if (type === 'webp') return picture.webp(isLossless(input) ? { lossless: true } : { quality: WEBP_QUALITY });
  if (type === 'gif') return picture.gif();
  // Sixteen bits stay sixteen; everything else is shown in the colours of the Web, whatever profile came with it.
  const isDeep = depth === 'ushort';
  return (isDeep ? picture.toColourspace(space === 'grey16' || space === 'b-w' ? 'grey16' : 'rgb16') : picture).png();
}

async function run(): Promise<number> {
  const { default: sharp } = (await import(pathToFileURL(sharpPath).href)) as { readonly default: typeof decoder }; // the package of that name
  if (type === 'version') {
    process.stdout.write(sharp.versions.sharp);
    return PICTURE_EXIT.written;
  }
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: [READERS.get(type) ?? ''] });
  const input = await readAll();
  const options: SharpOptions = { limitInputPixels: Number(pixelsMax), failOn: 'error', animated: ANIMATED.has(type) };
  const metadata = await sharp(input, options).metadata();
  if (pixelsOf(metadata) > Number(pixelsMax)) return PICTURE_EXIT.tooLarge;
  const isTurned = (metadata.pages ?? 1) === 1;
  const picture = sharp(input, options);
  const output = await write(isTurned ? picture.autoOrient() : picture, metadata, input).toBuffer();
  process.stdout.write(output);
  return PICTURE_EXIT.written;
}

try {
  process.exitCode = await run();
} catch (error) {
  const message = error instanceof Error ? error.message : '';
  const isMissing = error instanceof Error && 'code' in error;
  process.exitCode = /pixel limit/u.test(message)
    ? PICTURE_EXIT.tooLarge
    : isMissing
      ? PICTURE_EXIT.noDecoder
      : PICTURE_EXIT.unreadable;
}
