import { judgeFileText } from '../../code/file-text.ts';
import { createWordFinder, type WordFinder } from '../../words/finder.ts';
import { asciiText, CHUNK_BYTES } from '../bytes/reader.ts';
import { note, type FileCase } from '../case.ts';
import { fileType } from '../table.ts';
import { decodedTexts, type TextEncoding } from './encoding.ts';

/** What a match may need of the text before a piece. */
const CODE_WINDOW = 2048;
const SERVER_CODE = /<\?php\b|<\?=|<%[@=!\s]|<jsp:[a-z]|<script\s[^>]{0,64}\brunat\s{0,4}=/i;
/** Spreadsheets run these where a cell begins with them (CWE-1236). */
const FORMULA =
  /(?:^|[\n\r,;\t]"?)[=+@-]\s{0,4}(?:[\w+(-]{0,64}(?:cmd|msexcel|powershell|mshta|rundll32|dde)\b[^\n]{0,32}?\||[\w+(-]{0,64}(?:webservice|importxml|importdata|importhtml|importfeed|importrange)\s{0,4}\()/i;

/** One of these stands in whatever `SERVER_CODE` matches; blanks are those of `\s` that one octet can be. */
const SERVER_WORDS: readonly string[] = [
  ...'<?php <?= <%@ <%= <%! <jsp: runat'.split(' '),
  ...Array.from('\t\n\v\f\r \u00a0', (blank) => `<%${blank}`),
];
/** The same for `FORMULA`: one of the first, or one of the others and a bar. `dde` alone stands in many an honest word. */
const FETCH_WORDS: readonly string[] = ['webservice', 'importxml', 'importdata', 'importhtml', 'importfeed', 'importrange'];
const COMMAND_WORDS: readonly string[] = ['cmd', 'msexcel', 'powershell', 'mshta', 'rundll32', 'dde'];
const BAR = 0x7c;

/** Made when the first file needs them: one that is not small. */
let finders: { readonly text: WordFinder; readonly table: WordFinder; readonly command: WordFinder } | null = null;
const wordFinders = (): NonNullable<typeof finders> =>
  (finders ??= {
    text: createWordFinder(SERVER_WORDS),
    table: createWordFinder([...SERVER_WORDS, ...FETCH_WORDS]),
    command: createWordFinder(COMMAND_WORDS),
  });

/** Code of servers and of spreadsheets in a text, and octets that no text has. */
export function judgeCode(file: FileCase, { id, encoding }: { id: string; encoding: TextEncoding }): void {
  const seeks = fileType(id)?.family !== 'program';
  const code = new CodeInText(id);
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    if (seeks) decodedTexts(file.reader, encoding, (text) => code.take(text));
    return code.tell(file);
  }
  const octets = file.reader.size > CHUNK_BYTES ? new OctetsOfText(id, code) : null;
  let isText = true;
  try {
    file.reader.each(0, file.reader.size, (chunk) => {
      // What begins as text and goes on as something else is two files for two readers.
      if (isText && chunk.includes(0)) {
        isText = false;
        note(file, 'structure-broken', 'it begins as text and is none');
      }
      if (seeks) {
        if (octets === null) code.take(asciiText(chunk));
        else octets.take(chunk);
      }
      return isText || seeks;
    });
  } finally {
    code.tell(file);
  }
}

/** Judges pieces of a text, in order. */
class CodeInText {
  readonly #id: string;
  readonly #found = new Set<'program' | 'macro'>();
  #carried = '';

  constructor(id: string) {
    this.#id = id;
  }

  take(text: string): void {
    const seen = this.#carried + text;
    this.look(seen);
    this.#carried = seen.slice(-CODE_WINDOW);
  }

  /** Judges a piece that stands behind what it needs of the text before. */
  look(seen: string): void {
    const isMarkup = this.#id === 'html' || this.#id === 'svg';
    const found = SERVER_CODE.exec(seen);
    if (
      found !== null &&
      (isMarkup || judgeFileText(seen.slice(Math.max(0, found.index - CODE_WINDOW), found.index + CODE_WINDOW)) !== undefined)
    )
      this.#found.add('program');
    if (this.#id === 'csv' && FORMULA.test(seen)) this.#found.add('macro');
  }

  tell(file: FileCase): void {
    for (const code of this.#found)
      note(
        file,
        code,
        code === 'program' ? 'a page that servers run stands in it' : 'a cell runs a command or fetches an address',
      );
  }
}

/** Makes text only of octets with a word in them that code cannot do without: nearly no honest file has one. */
class OctetsOfText {
  readonly #id: string;
  readonly #code: CodeInText;
  readonly #finder: WordFinder;
  /** Of all that was taken since a word was found, and of what was carried then. */
  #search: ReturnType<WordFinder['search']>;
  readonly #room = new Uint8Array(CODE_WINDOW);
  #carried: Uint8Array = this.#room.subarray(0, 0);

  constructor(id: string, code: CodeInText) {
    this.#id = id;
    this.#code = code;
    this.#finder = id === 'csv' ? wordFinders().table : wordFinders().text;
    this.#search = this.#finder.search();
  }

  take(chunk: Uint8Array): void {
    const hasWord = this.#search.take(chunk);
    if (hasWord || (this.#id === 'csv' && this.#mayCommand(chunk))) this.#code.look(asciiText(this.#carried) + asciiText(chunk));
    this.#carry(chunk);
    if (!hasWord) return;
    this.#search = this.#finder.search();
    this.#search.take(this.#carried);
  }

  #mayCommand(chunk: Uint8Array): boolean {
    if (!this.#carried.includes(BAR) && !chunk.includes(BAR)) return false;
    const search = wordFinders().command.search();
    return search.take(this.#carried) || search.take(chunk);
  }

  /** The last octets of all that was taken, in a room of its own: a chunk is good for one visit. */
  #carry(chunk: Uint8Array): void {
    const keep = Math.min(this.#carried.length, Math.max(0, CODE_WINDOW - chunk.length));
    this.#room.copyWithin(0, this.#carried.length - keep, this.#carried.length);
    const fresh = chunk.subarray(Math.max(0, chunk.length - CODE_WINDOW));
    this.#room.set(fresh, keep);
    this.#carried = this.#room.subarray(0, keep + fresh.length);
  }
}
