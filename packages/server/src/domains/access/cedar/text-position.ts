export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Cedar counts bytes of UTF-8; people count lines and characters from one. */
export function createPositions(text: string): (byteOffset: number) => Position {
  const bytes = Buffer.from(text, 'utf8');
  return (byteOffset) => {
    const before = bytes.subarray(0, Math.min(byteOffset, bytes.length)).toString('utf8');
    const lineStart = before.lastIndexOf('\n') + 1;
    let line = 1;
    for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1;
    return { line, column: before.length - lineStart + 1 };
  };
}
