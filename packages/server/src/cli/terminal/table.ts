import { stripVTControlCharacters } from 'node:util';

/** A cell is cut here: a hostile user agent or path must not flood a terminal. */
const CELL_COLUMNS_MAX = 60;

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
}

/**
 * What outsiders wrote must not steer the operator's terminal: escape sequences are removed, other control characters
 * become visible, bidirectional overrides (Unicode UAX #9) too.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}

/** A whole text, as it is for a file or a pipe; a terminal is not steered by it. */
export function forOutput(stdout: { readonly isTTY?: boolean }, text: string): string {
  return stdout.isTTY === true ? text.split('\n').map(printable).join('\n') : text;
}

const cut = (text: string): string => (text.length <= CELL_COLUMNS_MAX ? text : `${text.slice(0, CELL_COLUMNS_MAX - 1)}…`);

/** Aligned columns, two spaces apart; the last one is not padded. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty = 'none'): string {
  if (rows.length === 0) return `${empty}\n`;
  const cells = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => cut(printable(column.value(row))))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const lines = cells.map((line) =>
    line.map((cell, index) => (index === line.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('  '),
  );
  return `${lines.join('\n')}\n`;
}

/** `name: value` lines, aligned. */
export function formatPairs(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}\n`).join('');
}

/** RFC 3339, UTC, whole seconds: sorts as text and means the same everywhere. */
export function formatTime(milliseconds: number | null): string {
  return milliseconds === null ? '-' : new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/u, 'Z');
}
