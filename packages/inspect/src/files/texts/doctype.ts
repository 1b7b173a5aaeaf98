import type { Reader } from '../bytes/reader.ts';
import { textHead, type TextEncoding } from './encoding.ts';

export interface DeclarationFault {
  readonly kind: 'active' | 'outside' | 'multiplies';
  readonly detail: string;
}

/** Encodings in which ASCII characters are what they look like (XML 1.0 §4.3.3). */
const PLAIN_ENCODING =
  /^(?:utf-?8|utf-?16(?:le|be)?|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|koi8-[ru]|ibm8[56]\d|x-mac-[a-z]{2,16}|maccyrillic|macintosh|shift[_-]jis|gb2312|gbk|gb18030|big5|euc-(?:jp|kr))$/i;
/** An entity that is an address and nothing else, as drawing programs abbreviate names of vocabularies. */
const ADDRESS_ENTITY = /^<!ENTITY\s{1,64}[\w.-]{1,64}\s{1,64}(?:"[^"<&%]{0,512}"|'[^'<&%]{0,512}')\s{0,64}>/;
const HARMLESS_VALUE = /["'](?:https?:\/\/[^"']{0,500}|[\w .,()-]{0,64})["']/;

/** False = the declaration names an encoding that shows readers other characters than us. */
export function readsPlainly(reader: Reader, encoding: TextEncoding): boolean {
  const head = textHead(reader, encoding, 512);
  const named = /^\s{0,64}<\?xml\s[^>]{0,200}?encoding\s{0,8}=\s{0,8}["']([^"']{0,64})/.exec(head)?.[1];
  return named === undefined || PLAIN_ENCODING.test(named);
}

/** Judges `<!DOCTYPE …>` and `<?…?>` of XML: entities, attributes by default, style sheets that run. */
export function judgeDeclaration(text: string): DeclarationFault | null {
  if (/^\?xml-stylesheet\b/i.test(text)) return { kind: 'active', detail: 'a style sheet changes what it is' };
  if (!/^!DOCTYPE\b/i.test(text)) return null;
  const subset = text.indexOf('[');
  const outside = subset < 0 ? text : text.slice(0, subset);
  if (/\bSYSTEM\b/.test(outside) && /["'](?:file:|ftp:|php:|expect:|jar:|[\\/]{2})/i.test(outside))
    return { kind: 'outside', detail: 'its grammar is fetched from elsewhere' };
  return subset < 0 ? null : judgeSubset(text.slice(subset + 1));
}

function judgeSubset(subset: string): DeclarationFault | null {
  if (/<!ATTLIST[^>]{0,4096}(?:\bon[a-z]|href|script)/i.test(subset))
    return { kind: 'active', detail: 'attributes are added by its grammar' };
  for (let at = subset.indexOf('<!ENTITY'); at >= 0; at = subset.indexOf('<!ENTITY', at + 1)) {
    const entity = subset.slice(at, at + 1200);
    const address = ADDRESS_ENTITY.exec(entity)?.[0];
    if (address !== undefined && HARMLESS_VALUE.test(address)) continue;
    if (/^<!ENTITY\s{1,64}%?\s{0,64}[\w.:-]{1,64}\s{1,64}(?:SYSTEM|PUBLIC)\b/.test(entity))
      return { kind: 'outside', detail: 'an entity is fetched from elsewhere' };
    if (/&[\w.-]{1,64};/.test(entity.slice(0, entity.indexOf('>') + 1 || entity.length)))
      return { kind: 'multiplies', detail: 'entities are made of entities' };
    return { kind: 'active', detail: 'an entity hides markup' };
  }
  return subset.includes('%') && /%[\w.-]{1,64};/.test(subset) ? { kind: 'active', detail: 'an entity hides markup' } : null;
}
