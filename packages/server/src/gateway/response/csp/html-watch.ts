import { RewritingStream } from 'parse5-html-rewriting-stream';

type StartTag = Parameters<RewritingStream['emitStartTag']>[0];
type EndTag = Parameters<RewritingStream['emitEndTag']>[0];
type SaxToken = Pick<StartTag, 'sourceCodeLocation'>;

/** Where one start tag of interest stands in the text, and what it says. Offsets count characters from the beginning. */
export interface OpenTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly startOffset: number;
  readonly endOffset: number;
  /** The upstream's own nonce attribute with the white space before it, to be cut when ours takes its place. */
  readonly nonceSpan: readonly [number, number] | null;
  /** Inside SVG or MathML: the text of a script is parsed by other rules there. */
  readonly foreign: boolean;
}

export interface HtmlListener {
  opened(tag: OpenTag): void;
  closed(name: string, startOffset: number): void;
  /** Any token ended here; everything before it is settled. */
  passed(endOffset: number): void;
}

/** SVG and MathML nested deeper than this is an attack on the parser, whose namespace stack has no end of its own. */
const FOREIGN_TAGS_MAX = 4096;
const WATCHED: ReadonlySet<string> = new Set(['script', 'style', 'link', 'base']);

const isTag = (token: SaxToken): token is StartTag | EndTag => 'tagName' in token;
const isStart = (token: StartTag | EndTag): token is StartTag => 'attrs' in token;

/**
 * The HTML tokenizer of parse5 (WHATWG HTML §13.2.5) used for its positions only. It writes nothing: what leaves the
 * gateway is the upstream's text, cut from our own copy, so that no recovery or normalisation of the parser changes a page.
 */
export class HtmlWatch extends RewritingStream {
  readonly #listener: HtmlListener;
  #foreignTags = 0;
  tooDeep = false;

  constructor(listener: HtmlListener) {
    super();
    this.#listener = listener;
  }

  feed(text: string, isLast: boolean): void {
    this.tokenizer.write(text, isLast);
  }

  protected override emitIfListenerExists(eventName: string, token: SaxToken): boolean {
    // As in the class above us: a newline after <pre> is text of the page and must not be skipped.
    this.parserFeedbackSimulator.skipNextNewLine = false;
    const location = token.sourceCodeLocation;
    if (location === undefined || location === null) return true;
    if (isTag(token)) this.#tag(token, location);
    if (eventName !== 'startTag') this.#listener.passed(location.endOffset);
    return true;
  }

  #tag(token: StartTag | EndTag, location: NonNullable<SaxToken['sourceCodeLocation']>): void {
    if (!isStart(token)) {
      this.#listener.closed(token.tagName, location.startOffset);
      return;
    }
    if ((token.tagName === 'svg' || token.tagName === 'math') && ++this.#foreignTags > FOREIGN_TAGS_MAX) this.tooDeep = true;
    if (WATCHED.has(token.tagName)) this.#listener.opened(this.#open(token, location));
    this.#listener.passed(location.endOffset);
  }

  #open(token: StartTag, location: NonNullable<SaxToken['sourceCodeLocation']>): OpenTag {
    // parse5 keeps attribute positions in an object without prototype, on start tags only; its type here does not say so.
    const attrs = (location as { attrs?: Record<string, { startOffset: number; endOffset: number }> }).attrs;
    const nonce = attrs?.['nonce'];
    return {
      name: token.tagName,
      attributes: new Map(token.attrs.map(({ name, value }) => [name, value])),
      startOffset: location.startOffset,
      endOffset: location.endOffset,
      nonceSpan: nonce === undefined ? null : [nonce.startOffset, nonce.endOffset],
      foreign: this.parserFeedbackSimulator.inForeignContent,
    };
  }
}
