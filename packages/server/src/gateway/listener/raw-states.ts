/** States of the byte machine; each is the index of its reader in `READERS`. */
export const START = 0;
export const START_LF = 1;
export const METHOD = 2;
export const TARGET = 3;
export const VERSION = 4;
export const LINE_LF = 5;
export const NAME_START = 6;
export const NAME = 7;
export const VALUE = 8;
export const VALUE_LF = 9;
export const SECTION_LF = 10;
export const BODY = 11;
export const CHUNK_SIZE = 12;
export const EXTENSION_NAME = 13;
export const EXTENSION_VALUE = 14;
export const EXTENSION_QUOTED = 15;
export const EXTENSION_END = 16;
export const CHUNK_SIZE_LF = 17;
export const CHUNK_DATA = 18;
export const CHUNK_CR = 19;
export const CHUNK_LF = 20;
export const OPAQUE = 21;
export const STOPPED = 22;

/** Header fields that decide framing; all others are checked byte by byte and otherwise ignored here. */
export const FIELD_OTHER = 0;
export const FIELD_LENGTH = 1;
export const FIELD_CODING = 2;
export const FIELD_UPGRADE = 3;
export const FIELD_CONNECTION = 4;
