/** A place in a JSON document, by its pointer (RFC 6901). */
export type LinesByPointer = ReadonlyMap<string, number>;

const DEPTH_MAX = 64;
const step = (pointer: string, key: string | number): string =>
  `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

interface Reader {
  readonly text: string;
  readonly lines: Map<string, number>;
  at: number;
  line: number;
}

/**
 * On which line each value of a document begins, counted from 1; null when the text is no JSON.
 *
 * @example linesOf('{\n  "name": "x"\n}')?.get('/name') // 2
 */
export function linesOf(text: string): LinesByPointer | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const reader: Reader = { text, lines: new Map(), at: 0, line: 1 };
  readValue(reader, '', 0);
  return reader.lines;
}

/** The line of a value, or of the nearest that holds it: what is missing has no line of its own. */
export function lineAt(lines: LinesByPointer, pointer: string): number {
  for (let path = pointer; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
    const line = lines.get(path);
    if (line !== undefined) return line;
  }
  return 1;
}

/** The text is known to be JSON: only where lines and values begin is looked for. */
function readValue(reader: Reader, pointer: string, depth: number): void {
  skipSpace(reader);
  reader.lines.set(pointer, reader.line);
  const open = reader.text[reader.at];
  if (open === '"') readString(reader);
  else if ((open === '{' || open === '[') && depth < DEPTH_MAX) readMembers(reader, pointer, depth);
  else if (open === '{' || open === '[') skipDeep(reader);
  else while (/[-+.\w]/u.test(reader.text[reader.at] ?? '')) reader.at += 1;
}

function readMembers(reader: Reader, pointer: string, depth: number): void {
  const isList = reader.text[reader.at] === '[';
  const close = isList ? ']' : '}';
  reader.at += 1;
  for (let count = 0; ; count += 1) {
    skipSpace(reader);
    const next = reader.text[reader.at];
    if (next === close || next === undefined) break;
    if (next === ',') {
      reader.at += 1;
      skipSpace(reader);
    }
    let key: string | number = count;
    const line = reader.line;
    if (!isList) {
      key = readString(reader);
      skipSpace(reader);
      reader.at += 1;
    }
    const inner = step(pointer, key);
    readValue(reader, inner, depth + 1);
    // Of a member the line of its name.
    if (!isList) reader.lines.set(inner, line);
  }
  reader.at += 1;
}

function readString(reader: Reader): string {
  const from = reader.at;
  reader.at += 1;
  while (reader.text[reader.at] !== '"' && reader.at < reader.text.length) reader.at += reader.text[reader.at] === '\\' ? 2 : 1;
  reader.at += 1;
  // What stands between two quotes of a document that was parsed is a string.
  return JSON.parse(reader.text.slice(from, reader.at)) as string;
}

function skipSpace(reader: Reader): void {
  for (; /\s/u.test(reader.text[reader.at] ?? ''); reader.at += 1) if (reader.text[reader.at] === '\n') reader.line += 1;
}

/** Deeper than anybody looks: to the end of it, without a place for what is inside. */
function skipDeep(reader: Reader): void {
  let open = 0;
  do {
    const next = reader.text[reader.at];
    if (next === '"') {
      readString(reader);
      continue;
    }
    if (next === '{' || next === '[') open += 1;
    if (next === '}' || next === ']') open -= 1;
    if (next === '\n') reader.line += 1;
    reader.at += 1;
  } while (open > 0 && reader.at < reader.text.length);
}
