import { UnreadableSource, type ReadFormat } from './entry.ts';
import { confidenceOf, linesOf, Reading, timeOf } from './reading.ts';

const LINE_CHARS_MAX = 65_536;
const COLUMNS_MAX = 256;
/** Columns that hold the indicator where nobody says which, as feeds name them. */
const INDICATOR_COLUMNS = [
  'indicator',
  'ioc',
  'ioc_value',
  'value',
  'dst_ip',
  'src_ip',
  'ip',
  'ip_address',
  'url',
  'domain',
  'host',
  'sha256_hash',
  'sha256',
];
const CONFIDENCE_COLUMNS = ['confidence', 'confidence_level', 'score'];
const FIRST_SEEN_COLUMNS = ['first_seen', 'first_seen_utc', 'firstseen', 'dateadded', 'date_added', 'created'];
const EXPIRES_COLUMNS = ['expires', 'expires_at', 'valid_until', 'expiration'];
const DETAIL_COLUMNS = ['detail', 'malware', 'malware_printable', 'threat', 'signature', 'tags', 'description', 'comment'];

/** RFC 4180 §2, save that a field does not go over lines: no feed of indicators has one that does. */
export function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  let at = 0;
  while (at <= line.length && fields.length < COLUMNS_MAX) {
    while (line[at] === ' ' || line[at] === '\t') at += 1;
    if (line[at] === '"') {
      let field = '';
      for (at += 1; at < line.length; at += 1) {
        if (line[at] !== '"') field += line[at]!;
        else if (line[at + 1] === '"') {
          field += '"';
          at += 1;
        } else break;
      }
      fields.push(field);
      const comma = line.indexOf(',', at);
      at = comma < 0 ? line.length + 1 : comma + 1;
    } else {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end).trim());
      at = end + 1;
    }
  }
  return fields;
}

interface Columns {
  readonly indicator: number;
  readonly confidence: number;
  readonly firstSeen: number;
  readonly expires: number;
  readonly detail: number;
}

const namesOf = (line: string): string[] => fieldsOf(line.replace(/^#\s*/u, '')).map((name) => name.toLowerCase());
const firstOf = (names: readonly string[], wanted: readonly string[]): number =>
  wanted.map((name) => names.indexOf(name)).find((index) => index >= 0) ?? -1;

/** Which columns are which, by the names of a line; null when it is no line of names. */
function columnsBy(line: string, column: string | null): Columns | null {
  const names = namesOf(line);
  const numbered = column !== null && /^\d{1,3}$/u.test(column) ? Number(column) - 1 : -1;
  const indicator = numbered >= 0 ? numbered : firstOf(names, column === null ? INDICATOR_COLUMNS : [column.toLowerCase()]);
  const others = {
    confidence: firstOf(names, CONFIDENCE_COLUMNS),
    firstSeen: firstOf(names, FIRST_SEEN_COLUMNS),
    expires: firstOf(names, EXPIRES_COLUMNS),
    detail: firstOf(names, DETAIL_COLUMNS),
  };
  const isNames =
    numbered < 0 ? indicator >= 0 : Math.max(...Object.values(others)) >= 0 || firstOf(names, INDICATOR_COLUMNS) >= 0;
  return isNames ? { indicator, ...others } : null;
}

/** Columns, by name or by number (from 1). The line of names may be a comment, as that of abuse.ch is. */
export const readCsv: ReadFormat = (text, { kind, column }) => {
  const reading = new Reading();
  const numbered = column !== null && /^\d{1,3}$/u.test(column);
  let columns: Columns | null = numbered
    ? { indicator: Number(column) - 1, confidence: -1, firstSeen: -1, expires: -1, detail: -1 }
    : null;
  let isNamed = false;
  for (const written of linesOf(text)) {
    const line = written.slice(0, LINE_CHARS_MAX);
    if (line.trim() === '') continue;
    const named: Columns | null = isNamed ? null : columnsBy(line, column);
    if (named !== null) columns = named;
    if (line.startsWith('#')) continue;
    isNamed ||= named !== null;
    if (named !== null) continue;
    if (columns === null) throw new UnreadableSource(missing(column));
    isNamed = true;
    addRow(reading, { fields: fieldsOf(line), columns, kind });
  }
  return reading.result();
};

const missing = (column: string | null): string =>
  column === null ? 'No column looks like one of indicators: say which it is.' : `There is no column ${column.slice(0, 64)}.`;

interface Row {
  readonly fields: readonly string[];
  readonly columns: Columns;
  readonly kind: Parameters<ReadFormat>[1]['kind'];
}

function addRow(reading: Reading, { fields, columns, kind }: Row): void {
  const at = (index: number): string | null => (index < 0 ? null : (fields[index] ?? null));
  const value = at(columns.indicator);
  if (value === null) return reading.refuse(fields.join(','), 'a row without the column');
  reading.add(kind, value, {
    confidence: confidenceOf(at(columns.confidence)),
    firstSeenAt: timeOf(at(columns.firstSeen)),
    expiresAt: timeOf(at(columns.expires)),
    detail: at(columns.detail),
  });
}
