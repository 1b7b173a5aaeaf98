import { base64, base64Offsets, utf16, utf8 } from './encode.ts';
import { plainText, spellDashes, type Token } from './tokens.ts';

export const ENCODINGS = ['base64', 'base64offset', 'wide', 'utf16le', 'utf16be', 'utf16'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The texts an encoding makes of one, or a sentence that says why it cannot. */
export function applyEncoding(
  tokens: readonly Token[],
  encoding: Encoding,
  expansionMax: number,
): readonly (readonly Token[])[] | string {
  const spelled = spellDashes(tokens, expansionMax);
  if (spelled === null) return `windash makes more than ${expansionMax} texts of it`;
  const made: (readonly Token[])[] = [];
  for (const text of spelled) {
    const encoded = encodeOne(text, encoding);
    if (typeof encoded === 'string') return encoded;
    made.push(...encoded);
  }
  return made;
}

function encodeOne(tokens: readonly Token[], encoding: Encoding): readonly (readonly Token[])[] | string {
  if (encoding === 'base64' || encoding === 'base64offset') {
    const text = plainText(tokens);
    if (text === null) return 'text with wildcards or placeholders has no base64 form';
    const bytes = utf8(text);
    return (encoding === 'base64' ? [base64(bytes)] : base64Offsets(bytes)).map((encoded) => unitsOf(encoded));
  }
  const units = tokens.filter((token): token is number => typeof token === 'number');
  const spread = units.length === tokens.length ? utf16(units, encoding === 'utf16be' ? 'be' : 'le') : null;
  if (spread === null) return `only ASCII text can be searched for as ${encoding}`;
  return [encoding === 'utf16' ? [0xfeff, ...spread] : spread];
}

function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}
