import { connect } from 'node:net';
import type { NetConnectOpts, Socket } from 'node:net';
import { chunksOf } from '../content.ts';
import type { Content } from '../content.ts';

const CHUNK_BYTES = 65_536;
const REPLY_CHARS_MAX = 4096;

export type ClamdReply =
  | { readonly kind: 'clean' }
  | { readonly kind: 'infected'; readonly name: string }
  /** Nobody has looked at the file, or not at all of it. */
  | { readonly kind: 'failed'; readonly detail: 'unreachable' | 'timeout' | 'closed' | 'size-limit' | 'error' | 'unread' };

/** `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`, as the settings take it. */
export function clamdAddress(text: string): NetConnectOpts {
  if (text.startsWith('unix:')) return { path: text.slice('unix:'.length) };
  const colon = text.lastIndexOf(':');
  return { host: text.slice('tcp:'.length, colon), port: Number(text.slice(colon + 1)) };
}

interface Talk {
  readonly at: NetConnectOpts;
  /** Without a sign of life. */
  readonly timeoutMs: number;
}

/**
 * INSTREAM of clamd(8): chunks with their length in front, an empty one ends. The `z` form is used: command and answer end with a NUL,
 * so that neither can be cut.
 */
export async function scanByClamd(talk: Talk, content: Content): Promise<ClamdReply> {
  const line = new Line(talk);
  try {
    await line.write(Buffer.from('zINSTREAM\0', 'latin1'));
    const length = Buffer.alloc(4);
    for await (const chunk of chunksOf(content, CHUNK_BYTES)) {
      // An answer before the end of the file says why no more of it is read.
      if (line.isAnswered) break;
      length.writeUInt32BE(chunk.length);
      await line.write(Buffer.concat([length, chunk]));
    }
    await line.write(Buffer.alloc(4));
    return readReply(await line.reply());
  } catch (error) {
    return line.isAnswered ? readReply(line.answered) : { kind: 'failed', detail: faultOf(error) };
  } finally {
    line.end();
  }
}

/** One word and its answer; null = none. */
export async function askClamd(talk: Talk, word: 'PING' | 'VERSION'): Promise<string | null> {
  const line = new Line(talk);
  try {
    await line.write(Buffer.from(`z${word}\0`, 'latin1'));
    return await line.reply();
  } catch {
    return null;
  } finally {
    line.end();
  }
}

/** `stream: OK`, `stream: NAME FOUND`, or words and `ERROR`. Whatever is not understood is no verdict. */
function readReply(text: string): ClamdReply {
  if (text === 'stream: OK') return { kind: 'clean' };
  if (text.startsWith('stream: ') && text.endsWith(' FOUND'))
    return { kind: 'infected', name: text.slice('stream: '.length, -' FOUND'.length).slice(0, 200) };
  if (text.includes('size limit exceeded')) return { kind: 'failed', detail: 'size-limit' };
  return { kind: 'failed', detail: text.endsWith('ERROR') ? 'error' : 'unread' };
}

class ClamdFault extends Error {}

function faultOf(error: unknown): 'unreachable' | 'timeout' | 'closed' {
  if (!(error instanceof ClamdFault)) return 'closed';
  return error.message === 'timeout' ? 'timeout' : error.message === 'unreachable' ? 'unreachable' : 'closed';
}

/** One connection, one command. Every wait ends with an answer, a fault or the time. */
class Line {
  readonly #socket: Socket;
  answered = '';
  #isWhole = false;
  #isConnected = false;
  #fault: ClamdFault | null = null;
  #wake: (() => void) | null = null;

  constructor({ at, timeoutMs }: Talk) {
    this.#socket = connect(at);
    this.#socket.setTimeout(timeoutMs);
    this.#socket
      .on('connect', () => {
        this.#isConnected = true;
        this.#stir();
      })
      .on('drain', () => this.#stir())
      .on('data', (chunk: Buffer) => this.#take(chunk))
      .on('timeout', () => this.#fail('timeout'))
      .on('error', () => this.#fail(this.#isConnected ? 'closed' : 'unreachable'))
      .on('close', () => this.#fail('closed'));
  }

  get isAnswered(): boolean {
    return this.#isWhole;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#until(() => this.#isConnected);
    // Copied by whoever calls: what is written must not change under the socket.
    if (!this.#socket.write(bytes)) await this.#until(() => !this.#socket.writableNeedDrain || this.#isWhole);
  }

  async reply(): Promise<string> {
    await this.#until(() => this.#isWhole);
    return this.answered;
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const text = this.answered + chunk.toString('latin1');
    const end = text.indexOf('\0');
    this.answered = (end < 0 ? text : text.slice(0, end)).slice(0, REPLY_CHARS_MAX);
    this.#isWhole = end >= 0 || text.length > REPLY_CHARS_MAX;
    this.#stir();
  }

  #fail(word: string): void {
    this.#fault ??= new ClamdFault(word);
    this.#socket.destroy();
    this.#stir();
  }

  #stir(): void {
    this.#wake?.();
    this.#wake = null;
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#fault !== null) throw this.#fault;
      // oxlint-disable-next-line promise/avoid-new -- a socket speaks events only
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
