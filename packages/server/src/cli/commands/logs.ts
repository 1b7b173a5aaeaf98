import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LeafBody } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { parseSince } from '../words/duration.ts';
import { noteDataDir } from '../context.ts';
import { Unreachable, UsageFault } from '../fault.ts';
import { followLines, lastLines } from '../host/log-file.ts';
import { printable } from '../terminal/table.ts';

const LINES_DEFAULT = 100;
const LINES_MAX = 10_000;
/** For people; `--json` has all of it. */
const EXTRA_CHARS_MAX = 400;

export const logs: LeafBody = {
  about:
    'Reads the log file of the data directory, so it works with the server up or down. With --follow and --json each line is one record.',
  options: [
    { flags: '-f, --follow', help: 'go on until Ctrl-C' },
    { flags: '--since <time>', help: 'only newer ones: 15m, 2h or an RFC 3339 time' },
    { flags: '-n, --lines <count>', help: `how many at most (${LINES_DEFAULT})` },
  ],
  examples: ['holdfast logs --since 15m', 'holdfast logs -f'],
  async run(context, input) {
    const dataDir = await context.dataDir();
    noteDataDir(context, dataDir, 'log file');
    // A mistyped --data-dir must not look like a server that has nothing to say.
    if (!existsSync(dataDir)) throw new Unreachable('This data directory does not exist.');
    const file = join(dataDir, 'logs', 'holdfast.log');
    const since = input.text('since');
    const from = since === null ? 0 : parseSince(since, context.io.now());
    const count = readCount(input.text('lines'));
    const records = (await lastLines(file))
      .map(readRecord)
      .filter((record) => record.time >= from)
      .slice(-count);
    if (!input.isSet('follow'))
      return { data: { lines: records.map(({ fields }) => fields) }, text: () => records.map(formatRecord).join('') };
    const print = (record: LogRecord): void =>
      context.output.write(context.flags.json ? `${JSON.stringify(record.fields)}\n` : formatRecord(record));
    for (const record of records) print(record);
    await followLines(file, { signal: context.signal, onLine: (line) => print(readRecord(line)) });
    return { data: null, text: '', isStreamed: true, exit: EXIT.interrupted };
  },
};

interface LogRecord {
  readonly time: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

function readCount(text: string | null): number {
  if (text === null) return LINES_DEFAULT;
  const count = /^\d{1,6}$/u.test(text) ? Number(text) : 0;
  if (count < 1 || count > LINES_MAX) throw new UsageFault(`--lines wants a number from 1 to ${LINES_MAX}.`);
  return count;
}

function readRecord(line: string): LogRecord {
  try {
    // A line of our own log is one JSON object; anything else is shown as it stands.
    const fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return { time: Date.parse(textOf(fields['timestamp'])) || 0, fields };
  } catch {
    return { time: 0, fields: { body: line } };
  }
}

function formatRecord({ fields }: LogRecord): string {
  const { timestamp, severity_text: severity, severity_number: _, body, ...rest } = fields;
  const extra = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest).slice(0, EXTRA_CHARS_MAX)}`;
  return `${printable(`${textOf(timestamp)} ${textOf(severity).padEnd(5)} ${textOf(body)}${extra}`)}\n`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '-');
