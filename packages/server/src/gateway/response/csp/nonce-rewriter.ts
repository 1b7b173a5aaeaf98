import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import type { OpenTag } from './html-watch.ts';
import { HtmlWatch } from './html-watch.ts';
import { inlineHash, inlineKind } from './inline-hash.ts';
import type { InlineKind } from './inline-hash.ts';

export interface InlineElement {
  readonly kind: InlineKind;
  readonly hash: string;
  /** Its code, one character a byte. */
  readonly text: string;
  /** Nonce that the upstream had put on it, or null. */
  readonly upstreamNonce: string | null;
}

export interface ExternalElement {
  /** `src` or `href` as it stands in the page. */
  readonly address: string;
  /** A `<base>` stood before it, so a relative address may lead anywhere. */
  readonly afterBase: boolean;
  readonly upstreamNonce: string | null;
}

/** Who decides which element gets the nonce; the rewriter only finds elements and writes. */
export interface NonceJudge {
  readonly nonce: string;
  inline(element: InlineElement): boolean;
  external(element: ExternalElement): boolean;
}

/** One place where a nonce goes: after this many characters, and what is cut there of the upstream's own. */
export interface Edit {
  readonly at: number;
  readonly cut: readonly [from: number, to: number] | null;
}

/** Places remembered of one page; a page with more is read anew each time. */
const EDITS_MAX = 256;

/** Page text held back while one element is undecided. Beyond it the rest of the page passes unread: nothing more is blessed. */
const HELD_CHARS_MAX = 1_048_576;

const LATIN1 = 'latin1';

/**
 * Adds the nonce to the elements that the judge lets through, while the page streams.
 *
 * Bytes are read as Latin-1, so that every byte is one character: nothing is decoded wrongly, nothing is changed on the way
 * back, and a character that is split between two chunks stays whole. All HTML syntax is ASCII.
 */
export class NonceRewriter {
  readonly #judge: NonceJudge;
  #edits: Edit[] | null = [];
  readonly #watch: HtmlWatch;
  #text = '';
  /** Offset in the page of the first character of `#text`. */
  #base = 0;
  /** Everything before this offset is decided. */
  #settled = 0;
  #open: OpenTag | null = null;
  #kind: InlineKind | null = null;
  #out: string[] = [];
  #afterBase = false;
  #givenUp = false;

  constructor(judge: NonceJudge) {
    this.#judge = judge;
    this.#watch = new HtmlWatch({
      opened: (tag) => this.#opened(tag),
      closed: (name, at) => this.#closed(name, at),
      passed: (at) => {
        if (this.#open === null) this.#settled = at;
      },
    });
  }

  /** Takes the next bytes and returns what is ready to go out. */
  write(bytes: Uint8Array): Buffer {
    return this.#step(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(LATIN1), false);
  }

  end(): Buffer {
    return this.#step('', true);
  }

  /** All places where a nonce was put, for `applyEdits`; null when there are too many to keep. */
  get edits(): readonly Edit[] | null {
    return this.#edits;
  }

  #step(text: string, isLast: boolean): Buffer {
    if (this.#givenUp) return Buffer.from(text, LATIN1);
    this.#text += text;
    this.#watch.feed(text, isLast);
    if (this.#watch.tooDeep || this.#text.length - (this.#settled - this.#base) > HELD_CHARS_MAX) this.#givenUp = true;
    this.#flushTo(isLast || this.#givenUp ? this.#base + this.#text.length : this.#settled);
    const out = this.#out.join('');
    this.#out = [];
    return Buffer.from(out, LATIN1);
  }

  #flushTo(offset: number): void {
    if (offset <= this.#base) return;
    this.#out.push(this.#text.slice(0, offset - this.#base));
    this.#text = this.#text.slice(offset - this.#base);
    this.#base = offset;
  }

  #opened(tag: OpenTag): void {
    this.#open = null;
    this.#settled = tag.startOffset;
    if (tag.name === 'base') {
      this.#afterBase = true;
      return;
    }
    this.#kind = inlineKind(tag);
    if (this.#kind !== null) {
      this.#open = tag;
      return;
    }
    const address = externalAddress(tag);
    if (address === null) return;
    const upstreamNonce = tag.attributes.get('nonce') ?? null;
    if (this.#judge.external({ address, afterBase: this.#afterBase, upstreamNonce })) this.#bless(tag);
  }

  #closed(name: string, at: number): void {
    const tag = this.#open;
    if (tag === null || this.#kind === null) return;
    this.#open = null;
    if (tag.name !== name) return;
    const text = this.#text.slice(tag.endOffset - this.#base, at - this.#base);
    const upstreamNonce = tag.attributes.get('nonce') ?? null;
    if (this.#judge.inline({ kind: this.#kind, hash: inlineHash(text), text, upstreamNonce })) this.#bless(tag);
  }

  /** Writes the start tag with our nonce first; the upstream's is cut, because a repeated attribute voids both (CSP3 §6.7.3.1). */
  #bless(tag: OpenTag): void {
    const at = tag.startOffset + 1 + tag.name.length;
    if (this.#edits !== null && this.#edits.push({ at, cut: tag.nonceSpan }) > EDITS_MAX) this.#edits = null;
    this.#flushTo(at);
    this.#out.push(` nonce="${this.#judge.nonce}"`);
    if (tag.nonceSpan === null) return;
    const [from, to] = tag.nonceSpan;
    this.#flushTo(from);
    this.#text = this.#text.slice(to - this.#base);
    this.#base = to;
  }
}

/** The address of an element that fetches script; null for all others. Style needs no nonce: `'self'` is enough for it. */
function externalAddress(tag: OpenTag): string | null {
  if (tag.foreign) return null;
  if (tag.name === 'script') return tag.attributes.get('src') ?? null;
  if (tag.name !== 'link') return null;
  const rel = (tag.attributes.get('rel') ?? '').toLowerCase().split(/\s+/u);
  const fetchesScript = rel.includes('modulepreload') || (rel.includes('preload') && tag.attributes.get('as') === 'script');
  return fetchesScript ? (tag.attributes.get('href') ?? null) : null;
}

/** Puts a nonce where an earlier reading of the same bytes put one. */
export function applyEdits(page: Buffer, edits: readonly Edit[], nonce: string): Buffer {
  const attribute = Buffer.from(` nonce="${nonce}"`, LATIN1);
  const parts: Buffer[] = [];
  let from = 0;
  for (const { at, cut } of edits) {
    parts.push(page.subarray(from, at), attribute);
    from = at;
    if (cut === null) continue;
    parts.push(page.subarray(from, cut[0]));
    from = cut[1];
  }
  parts.push(page.subarray(from));
  return Buffer.concat(parts);
}

/** The rewriter as a stream stage. */
export function nonceStream(judge: NonceJudge): Transform {
  const rewriter = new NonceRewriter(judge);
  const give = (bytes: Buffer, done: TransformCallback): void => {
    done(null, bytes.byteLength === 0 ? undefined : bytes);
  };
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      give(rewriter.write(chunk), done);
    },
    flush(done) {
      give(rewriter.end(), done);
    },
  });
}
