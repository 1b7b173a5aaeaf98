import { base64, base64Offsets, utf16, utf8 } from './encode.ts';
import { plainText, spellDashes, type Token } from './tokens.ts';

export const ENCODINGS = ['base64', 'base64offset', 'wide', 'utf16le', 'utf16be', 'utf16'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const BYTE_ORDER_MARK = 0xfeff;

/** What stands before and behind an encoding in its chain. */
export interface Surroundings {
  /** An encoding before this one has made bytes of the text. */
  readonly isBytes: boolean;
  /** One behind it takes bytes: those that are no ASCII are exact only then. */
  readonly isEncodedOn: boolean;
  readonly expansionMax: number;
}

/** The texts an encoding makes of one, or a sentence that says why it cannot. */
export function applyEncoding(
  tokens: readonly Token[],
  encoding: Encoding,
  around: Surroundings,
): readonly (readonly Token[])[] | string {
  const spelled = spellDashes(tokens, around.expansionMax);
  if (spelled === null) return `windash makes more than ${around.expansionMax} texts of it`;
  const made: (readonly Token[])[] = [];
  for (const text of spelled) {
    const encoded = encodeOne(text, encoding, around);
    if (typeof encoded === 'string') return encoded;
    made.push(...encoded);
  }
  return made;
}

function encodeOne(
  tokens: readonly Token[],
  encoding: Encoding,
  { isBytes, isEncodedOn }: Surroundings,
): readonly (readonly Token[])[] | string {
  if (encoding === 'base64' || encoding === 'base64offset') {
    const text = plainText(tokens);
    if (text === null) return 'text with wildcards or placeholders has no base64 form';
    const bytes = isBytes ? unitsOf(text) : utf8(text);
    return (encoding === 'base64' ? [base64(bytes)] : base64Offsets(bytes)).map((encoded) => unitsOf(encoded));
  }
  const units = tokens.filter((token): token is number => typeof token === 'number');
  if (units.length !== tokens.length || isBytes)
    return `a placeholder, or what is encoded already, cannot be searched for as ${encoding}`;
  const order = encoding === 'utf16be' ? 'be' : 'le';
  if (encoding !== 'utf16') return [utf16(units, order)];
  // As a text the mark is one character, as bytes it is two.
  return [isEncodedOn ? utf16([BYTE_ORDER_MARK, ...units], order) : [BYTE_ORDER_MARK, ...utf16(units, order)]];
}

function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}
