interface Around {
  readonly pointer: string;
  /** Of a list, where it is; null = it is an object. */
  index: number | null;
  /** Of an object, the name whose value comes; null = a name comes. */
  key: string | null;
}

/** Each form is sticky and none goes back. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],\n]|[^"{}[\],\n]+/gu;

/** Lines, from 1, on which the values of a JSON text begin, by their pointers (RFC 6901). The text is JSON that was parsed before. */
export function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>([['', 1]]);
  const open: Around[] = [];
  let line = 1;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '\n') line += 1;
    else take(token, { open, lines, line });
  }
  return lines;
}

interface Reading {
  readonly open: Around[];
  readonly lines: Map<string, number>;
  readonly line: number;
}

function take(token: string, { open, lines, line }: Reading): void {
  const around = open.at(-1);
  if (token === '}' || token === ']') open.pop();
  else if (token === ',') step(around);
  // Between quotes that were parsed before stands a string.
  else if (token.startsWith('"') && isBeforeName(around)) around.key = JSON.parse(token) as string;
  else if (/[^\s:]/u.test(token)) {
    const pointer = around === undefined ? '' : placeIn(around);
    if (!lines.has(pointer)) lines.set(pointer, line);
    if (token === '{' || token === '[') open.push({ pointer, index: token === '[' ? 0 : null, key: null });
  }
}

const isBeforeName = (around: Around | undefined): around is Around => around?.index === null && around.key === null;

function step(around: Around | undefined): void {
  if (around === undefined) return;
  if (around.index === null) around.key = null;
  else around.index += 1;
}

const placeIn = ({ pointer, index, key }: Around): string =>
  `${pointer}/${index ?? (key ?? '').replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The line of a pointer, or of the nearest that is there: what is missing stands nowhere. */
export function lineAt(lines: ReadonlyMap<string, number>, pointer: string): number {
  for (let place = pointer; place !== ''; place = place.slice(0, place.lastIndexOf('/'))) {
    const line = lines.get(place);
    if (line !== undefined) return line;
  }
  return 1;
}
