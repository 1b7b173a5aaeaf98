/** RFC 2397, with the parameters that browsers write. */
const DATA_URL = /^data:([\w.+-]{1,64}\/[\w.+-]{1,64})?(?:;[\w-]{1,32}=[^;,]{0,64}){0,4};base64,/iu;
const PREFIX_CHARS_MAX = 512;
const EQUALS = 0x3d;
/** Two signs of padding and a line break. */
const END_CHARS_MAX = 4;

const isIn = (alphabet: string): readonly boolean[] => {
  const codes = new Set(Array.from(alphabet, (letter) => letter.charCodeAt(0)));
  return Array.from({ length: 256 }, (_, code) => codes.has(code));
};
/** RFC 4648 §4 and §5, in lines or not. */
const LETTERS = isIn('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_\r\n');
const ENDING = isIn('= \r\n');

export interface DataUrl {
  /** In lower case; null = it says none. */
  readonly type: string | null;
  readonly chars: number;
}

/** How a value says that it is a file; null = it does not. */
export function dataUrlIn(value: string): DataUrl | null {
  const url = DATA_URL.exec(value.slice(0, PREFIX_CHARS_MAX));
  return url === null ? null : { type: url[1]?.toLowerCase() ?? null, chars: url[0].length };
}

/** Follows a text in base64 that comes in pieces: what is not of it ends it. */
export class EncodedText {
  #ending = 0;

  /** False = this is no base64. */
  push(bytes: Uint8Array): boolean {
    for (const octet of bytes) {
      if (this.#ending === 0 && LETTERS[octet] === true) continue;
      this.#ending += 1;
      if (ENDING[octet] !== true || this.#ending > END_CHARS_MAX || (this.#ending === 1 && octet !== EQUALS)) return false;
    }
    return true;
  }
}
