import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { siblingModule } from '../../../platform/db/sibling-module.ts';
import { chunksOf } from '../content.ts';
import type { Content } from '../content.ts';
import { Turns } from '../scan/turns.ts';
import { Spool } from '../spool/spool.ts';
import { SpoolFault } from '../spool/spool-fault.ts';
import type { SpoolRoom } from '../spool/spool-room.ts';
import { BARE_ENVIRONMENT, cutOff } from './cut-off.ts';
import { findSharp } from './find-sharp.ts';
import { PICTURE_EXIT } from './picture-exit.ts';

/** Sixty-four million: more than cameras in phones write, and what a decoder can hold in its memory. */
const PIXELS_MAX = 64_000_000;
const HEAP_MEGABYTES_MAX = 128;
/** Each takes up to a gigabyte while it decodes. */
const AT_ONCE = 2;
const WAITING_MAX = 200;
const TIMEOUT_MS = 60_000;

export type Reencoded =
  | { readonly kind: 'written'; readonly content: Content; readonly hash: string; readonly spool: Spool }
  /** It is no picture that can be shown, or far too large a one. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** Nobody could write it anew; that says nothing of the picture. */
  | { readonly kind: 'failed'; readonly detail: string };

export interface Reencoder {
  /** Never rejects. */
  write(content: Content, type: string, bytesMax: number): Promise<Reencoded>;
  close(): void;
}

interface ReencoderParts {
  readonly sharp: string | null;
  readonly room: SpoolRoom;
}

/** Has pictures decoded and written anew, each in a process that begins and ends with it. */
export function createReencoder({ sharp, room }: ReencoderParts): Reencoder {
  const turns = new Turns(AT_ONCE, WAITING_MAX);
  const children = new Set<ChildProcess>();
  const open = async (type: string): Promise<ChildProcess | null> => {
    const found = findSharp(sharp);
    if (found === null) return null;
    const child = await startPicture([found, type, String(PIXELS_MAX)]);
    children.add(child);
    child.once('close', () => children.delete(child));
    return child;
  };
  return {
    async write(content, type, bytesMax) {
      const written = await turns.take(async () => {
        const child = await open(type);
        if (child === null) return { kind: 'failed', detail: 'sharp is not installed' } as const;
        return talk(child, content, { room, bytesMax });
      });
      return written ?? { kind: 'failed', detail: 'too many pictures wait' };
    },
    close() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

/** The version of what would decode; null = it is not there, or does not run here. */
export async function sharpVersion(folder: string | null): Promise<string | null> {
  const found = findSharp(folder);
  if (found === null) return null;
  const child = await startPicture([found, 'version']);
  child.stdin?.end();
  let version = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (version = (version + text).slice(0, 64)));
  return (await endOf(child)) === PICTURE_EXIT.written ? version : null;
}

async function startPicture(words: readonly string[]): Promise<ChildProcess> {
  const program = fileURLToPath(siblingModule(import.meta.url, 'reencode-picture'));
  const flags = [`--max-old-space-size=${HEAP_MEGABYTES_MAX}`, '--permission', '--allow-addons', '--allow-fs-read=*'];
  const [command = '', ...rest] = [...(await cutOff()).words, process.execPath, ...flags, program, ...words];
  return spawn(command, rest, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: BARE_ENVIRONMENT,
    cwd: '/',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
}

function endOf(child: ChildProcess): Promise<number | null> {
  // oxlint-disable-next-line promise/avoid-new -- a child speaks events only
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
}

interface Talking {
  readonly room: SpoolRoom;
  readonly bytesMax: number;
}

async function talk(child: ChildProcess, content: Content, { room, bytesMax }: Talking): Promise<Reencoded> {
  const ended = endOf(child);
  const spool = new Spool(room);
  try {
    const [, isWhole] = await Promise.all([give(child, content), take(child, spool, bytesMax)]);
    const meaning = meaningOf(await ended);
    if (meaning !== null || !isWhole) {
      spool.close();
      return meaning ?? { kind: 'refused', detail: 'written anew it is larger than is taken' };
    }
    return { kind: 'written', spool, ...(await spool.finish()) };
  } catch (error) {
    spool.close();
    child.kill('SIGKILL');
    await ended;
    return { kind: 'failed', detail: error instanceof SpoolFault ? error.message : 'the picture could not be handed over' };
  }
}

/** One that ends before it has read everything says by its end why. */
async function give({ stdin }: ChildProcess, content: Content): Promise<void> {
  if (stdin === null) return;
  stdin.on('error', () => undefined);
  for await (const chunk of chunksOf(content)) {
    if (stdin.destroyed) return;
    // The chunk is good until the next one is asked for, and the pipe may hold it longer.
    if (!stdin.write(Buffer.from(chunk))) await drained(stdin);
  }
  stdin.end();
}

function drained(stdin: NonNullable<ChildProcess['stdin']>): Promise<void> {
  // oxlint-disable-next-line promise/avoid-new -- a stream speaks events only
  return new Promise((resolve) => {
    stdin.once('drain', resolve).once('close', resolve);
    if (stdin.destroyed) resolve();
  });
}

/** False = more came than may; it is ended then. */
async function take(child: ChildProcess, spool: Spool, bytesMax: number): Promise<boolean> {
  for await (const chunk of child.stdout ?? []) {
    await spool.write(chunk as Uint8Array, false); // no encoding is set
    if (spool.size <= bytesMax) continue;
    child.kill('SIGKILL');
    return false;
  }
  return true;
}

/** Null = it is written. */
function meaningOf(code: number | null): Exclude<Reencoded, { kind: 'written' }> | null {
  if (code === PICTURE_EXIT.written) return null;
  if (code === PICTURE_EXIT.unreadable) return { kind: 'refused', detail: 'it cannot be decoded' };
  if (code === PICTURE_EXIT.tooLarge)
    return { kind: 'refused', detail: `it has more than ${PIXELS_MAX / 1_000_000} million pixels` };
  if (code === PICTURE_EXIT.noDecoder) return { kind: 'failed', detail: 'sharp does not run here' };
  return { kind: 'failed', detail: 'the decoder ended before it was done' };
}
