import type { Reader } from '../bytes/reader.ts';
import { decodedTexts, type TextEncoding } from './encoding.ts';

const NAME_CHARS_MAX = 128;
const VALUE_CHARS_MAX = 4096;
const ATTRIBUTES_MAX = 256;
const DECLARATION_CHARS_MAX = 65_536;

export interface MarkupTag {
  /** Lower case, without the prefix of a namespace. */
  readonly name: string;
  /** Names in lower case with their prefix; values as they stand, cut. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly kind: 'open' | 'close' | 'empty';
}

export interface MarkupVisitor {
  tag(tag: MarkupTag): void;
  /** A piece of text between tags: CDATA too. */
  text?(text: string): void;
  /** `<!…>` and `<?…>` without comments, cut. */
  declaration?(text: string): void;
}

type State =
  | 'text'
  | 'opening'
  | 'name'
  | 'attributes'
  | 'attribute'
  | 'equals'
  | 'value'
  | 'quoted'
  | 'bare'
  | 'skip'
  | 'declaration';

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/**
 * Tags and attributes of XML or HTML in one pass, with values and names cut and nothing else kept: a picture of megabytes inside an
 * attribute does not hide the attributes behind it. Comments, CDATA and instructions end where the language says.
 */
export function readMarkup(reader: Reader, options: { isXml: boolean; encoding: TextEncoding }, visitor: MarkupVisitor): void {
  const scanner = new Scanner(options.isXml, visitor);
  decodedTexts(reader, options.encoding, (text) => scanner.push(text));
  scanner.end();
}

class Scanner {
  readonly #isXml: boolean;
  readonly #visitor: MarkupVisitor;
  #state: State = 'text';
  #name = '';
  #isClosing = false;
  #isEmpty = false;
  #attribute = '';
  #value = '';
  #quote = '';
  #attributes: [string, string][] = [];
  #declaration = '';
  #isInstruction = false;
  #previous = '';
  #depth = 0;
  #terminator = '';

  constructor(isXml: boolean, visitor: MarkupVisitor) {
    this.#isXml = isXml;
    this.#visitor = visitor;
  }

  push(text: string): void {
    for (let at = 0; at < text.length;) at = this.#step(text, at);
  }

  end(): void {
    if (this.#state === 'declaration') this.#endDeclaration();
    else if (this.#state !== 'text' && this.#state !== 'skip' && this.#name !== '') this.#endTag();
  }

  #step(text: string, at: number): number {
    if (this.#state === 'text') return this.#inText(text, at);
    if (this.#state === 'quoted') return this.#inQuotes(text, at);
    if (this.#state === 'skip') return this.#inSkipped(text, at);
    if (this.#state === 'declaration') this.#inDeclaration(text[at] ?? '');
    else this.#inTag(text[at] ?? '', text.charCodeAt(at));
    return at + 1;
  }

  #inText(text: string, at: number): number {
    const open = text.indexOf('<', at);
    const end = open < 0 ? text.length : open;
    if (end > at) this.#visitor.text?.(text.slice(at, end));
    if (open < 0) return end;
    this.#state = 'opening';
    this.#name = '';
    this.#isClosing = false;
    this.#isEmpty = false;
    this.#attributes = [];
    return open + 1;
  }

  #inQuotes(text: string, at: number): number {
    const close = text.indexOf(this.#quote, at);
    const end = close < 0 ? text.length : close;
    if (this.#value.length < VALUE_CHARS_MAX) this.#value += text.slice(at, Math.min(end, at + VALUE_CHARS_MAX));
    if (close < 0) return end;
    this.#endAttribute();
    return end + 1;
  }

  /** Comments and CDATA: the end may lie across two pieces of text. */
  #inSkipped(text: string, at: number): number {
    const isCdata = this.#terminator === ']]>';
    const close = text.indexOf('>', at);
    const end = close < 0 ? text.length : close + 1;
    const piece = text.slice(at, end);
    this.#declaration = (this.#declaration + piece).slice(-4);
    if (isCdata) this.#visitor.text?.(piece);
    const isEnd = this.#declaration.endsWith(this.#terminator) || (!this.#isXml && this.#declaration.endsWith('--!>'));
    if (close >= 0 && isEnd) this.#state = 'text';
    return end;
  }

  #inTag(character: string, code: number): void {
    if (this.#state === 'opening') return this.#open(character, code);
    if (character === '>') {
      if (this.#state === 'bare' || this.#state === 'attribute' || this.#state === 'equals' || this.#state === 'value')
        this.#endAttribute();
      return this.#endTag();
    }
    if (this.#state === 'name') this.#inName(character, code);
    else if (this.#state === 'attributes') this.#betweenAttributes(character, code);
    else if (this.#state === 'attribute') this.#inAttribute(character, code);
    else if (this.#state === 'equals') this.#afterAttribute(character, code);
    else if (this.#state === 'value') this.#beforeValue(character, code);
    else if (isBlank(code)) this.#endAttribute();
    else if (this.#value.length < VALUE_CHARS_MAX) this.#value += character;
  }

  #open(character: string, code: number): void {
    if (character === '/' && !this.#isClosing) this.#isClosing = true;
    else if (character === '!' || character === '?') {
      this.#state = 'declaration';
      this.#declaration = character;
      this.#isInstruction = this.#isXml && character === '?';
      this.#previous = '';
      this.#depth = 0;
    } else if (/[a-z_:]/i.test(character) || code >= 0x80) {
      this.#state = 'name';
      this.#name = character;
    } else this.#state = 'text';
  }

  #inName(character: string, code: number): void {
    if (isBlank(code)) this.#state = 'attributes';
    else if (character === '/') {
      this.#isEmpty = true;
      this.#state = 'attributes';
    } else if (this.#name.length < NAME_CHARS_MAX) this.#name += character;
  }

  #betweenAttributes(character: string, code: number): void {
    if (isBlank(code)) return;
    this.#isEmpty = character === '/';
    if (this.#isEmpty) return;
    this.#state = 'attribute';
    this.#attribute = character;
    this.#value = '';
  }

  #inAttribute(character: string, code: number): void {
    if (character === '=') this.#state = 'value';
    else if (isBlank(code)) this.#state = 'equals';
    else if (character === '/') {
      this.#endAttribute();
      this.#isEmpty = true;
    } else if (this.#attribute.length < NAME_CHARS_MAX) this.#attribute += character;
  }

  #afterAttribute(character: string, code: number): void {
    if (character === '=') this.#state = 'value';
    else if (!isBlank(code)) {
      this.#endAttribute();
      this.#betweenAttributes(character, code);
    }
  }

  #beforeValue(character: string, code: number): void {
    if (isBlank(code)) return;
    const isQuoted = character === '"' || character === "'";
    this.#state = isQuoted ? 'quoted' : 'bare';
    this.#quote = character;
    this.#value = isQuoted ? '' : character;
  }

  #endAttribute(): void {
    if (this.#attributes.length < ATTRIBUTES_MAX) this.#attributes.push([this.#attribute.toLowerCase(), this.#value]);
    // What is over the limit is told one at a time: nothing is hidden behind many.
    else
      this.#visitor.tag({
        name: localName(this.#name),
        attributes: [[this.#attribute.toLowerCase(), this.#value]],
        kind: 'empty',
      });
    this.#attribute = '';
    this.#value = '';
    this.#state = 'attributes';
  }

  #endTag(): void {
    this.#state = 'text';
    const kind = this.#isClosing ? 'close' : this.#isEmpty ? 'empty' : 'open';
    this.#visitor.tag({ name: localName(this.#name), attributes: this.#attributes, kind });
    this.#name = '';
  }

  #inDeclaration(character: string): void {
    // Looked at as a whole while it is short only: a string that grows by one is copied whenever it is looked into.
    if (this.#declaration.length < DECLARATION_CHARS_MAX) this.#declaration += character;
    if (this.#declaration === '!--') return this.#skipTo('-->');
    if (this.#isXml && this.#declaration === '![CDATA[') return this.#skipTo(']]>');
    if (this.#isInstruction) {
      if (character === '>' && this.#previous === '?') this.#endDeclaration();
      this.#previous = character;
      return;
    }
    // The internal subset of a DOCTYPE stands in brackets and has declarations of its own.
    if (character === '[') this.#depth++;
    else if (character === ']') this.#depth--;
    else if (character === '>' && this.#depth <= 0) this.#endDeclaration();
  }

  #skipTo(terminator: string): void {
    this.#terminator = terminator;
    this.#state = 'skip';
    // HTML §13.2.5.43: `<!-->` is a comment already.
    this.#declaration = this.#isXml ? '' : '--';
  }

  #endDeclaration(): void {
    this.#state = 'text';
    this.#visitor.declaration?.(this.#declaration);
  }
}

const localName = (name: string): string => name.slice(name.lastIndexOf(':') + 1).toLowerCase();
