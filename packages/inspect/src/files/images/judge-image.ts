import { Inflater } from '../bytes/inflate.ts';
import { asciiText, type Reader } from '../bytes/reader.ts';
import { note, type FileCase, type Shape, type Span } from '../case.ts';
import { codeInText, findCode } from './code.ts';

const PACKED_TEXT_MAX = 262_144;
/** Where the two octets that open a comment of JavaScript stand when a picture is a script as well. */
const COMMENT_AT: ReadonlyMap<string, readonly number[]> = new Map([
  ['gif', [6]],
  ['bmp', [2]],
  ['webp', [4]],
  ['jpeg', [4]],
]);

/** Code in pixels, palettes and metadata, and pictures that are scripts too. */
export function judgeImage(file: FileCase, { id, texts = [], colours = [] }: Shape): void {
  const { reader } = file;
  const found = findCode(reader, texts, colours) ?? (id === 'png' ? codeInPackedText(reader, texts) : null);
  if (found !== null) note(file, 'code-in-image', `${found} stands in the picture`);
  if (isScript(reader, id)) note(file, 'polyglot', 'the picture is a script too');
}

/** zTXt, iTXt and iCCP: a keyword, then DEFLATE in the wrapping of zlib (PNG §11.3.3). */
function codeInPackedText(reader: Reader, texts: readonly Span[]): string | null {
  for (const [from, to] of texts) {
    const kind = reader.latin1(from - 4, 4);
    if (kind !== 'zTXt' && kind !== 'iCCP' && kind !== 'iTXt') continue;
    const keyword = reader.find('\0', from, Math.min(to, from + 80));
    const at = kind === 'iTXt' ? afterLanguage(reader, keyword, to) : keyword + 2;
    if (keyword < 0 || at < 0) continue;
    const inflater = new Inflater(reader, at + 2, to);
    let text = '';
    for (let chunk = inflater.next(); chunk !== null && text.length < PACKED_TEXT_MAX; chunk = inflater.next())
      text += asciiText(chunk);
    const found = codeInText(text, kind !== 'iCCP');
    if (found !== null) return found;
  }
  return null;
}

/** Only packed texts: others were read as they stand. */
function afterLanguage(reader: Reader, keyword: number, to: number): number {
  if (reader.u8(keyword + 1) !== 1) return -1;
  const language = reader.find('\0', keyword + 3, to);
  const translated = language < 0 ? -1 : reader.find('\0', language + 1, to);
  return translated < 0 ? -1 : translated + 1;
}

/** `GIF89a/*…*\/=1;alert(1)`: the size of a picture read as the beginning of a comment or of an assignment. */
function isScript(reader: Reader, id: string): boolean {
  for (const at of COMMENT_AT.get(id) ?? []) {
    if (reader.isAt(at, '/*')) {
      for (let end = reader.find('*/', at + 2), tries = 0; end >= 0 && tries < 64; end = reader.find('*/', end + 1), tries++)
        if (/^\*\/[\s=;(,+.]{0,8}[\t\n\r\u0020-\u007e]{10}/.test(reader.latin1(end, 24))) return true;
    }
    if (/^[=;,([.`'"][\t\n\r\u0020-\u007e]{12}/.test(reader.latin1(at, 13))) return true;
  }
  return false;
}
