import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createLog, type Log, type LogLevel } from './log.ts';

const FILE_BYTES_MAX = 10_485_760;
const FILES_MAX = 5;
const WARN = 13;
/** They could paint or move on the operator's terminal. */
// oxlint-disable-next-line no-control-regex -- exactly these are meant
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/gu;

export interface LineSink {
  write(line: string): void;
}

export interface FileSink extends LineSink, Disposable {
  readonly file: string;
}

/**
 * Appends whole lines and rotates by size: `holdfast.log`, `holdfast.log.1`, … A full disk loses log lines and nothing else;
 * the ledger is what must not be lost.
 */
export function createFileSink(file: string, { bytesMax = FILE_BYTES_MAX, filesMax = FILES_MAX } = {}): FileSink {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  let descriptor = openSync(file, 'a', 0o600);
  let size = fstatSync(descriptor).size;
  const rotate = (): void => {
    closeSync(descriptor);
    rmSync(`${file}.${filesMax - 1}`, { force: true });
    for (let index = filesMax - 2; index >= 0; index -= 1) {
      const from = index === 0 ? file : `${file}.${index}`;
      try {
        renameSync(from, `${file}.${index + 1}`);
      } catch {
        // There are not so many yet.
      }
    }
    descriptor = openSync(file, 'a', 0o600);
    size = 0;
  };
  return {
    file,
    write: (line) => {
      try {
        if (size > 0 && size + line.length > bytesMax) rotate();
        size += writeSync(descriptor, line);
      } catch {
        // Nowhere to say it.
      }
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** Short words for a person at a terminal; warnings and errors only. */
export function createTerminalSink(write: (text: string) => void): LineSink {
  return {
    write: (line) => {
      const record = parse(line);
      if (record === null || Number(record['severity_number']) < WARN) return;
      const word = Number(record['severity_number']) > WARN ? 'error' : 'warn ';
      const known = new Set(['severity_text', 'severity_number', 'timestamp', 'body', 'err']);
      const rest = Object.entries(record).filter(([name, value]) => !known.has(name) && typeof value !== 'object');
      const fields = rest.map(([name, value]) => ` ${name}=${String(value)}`).join('');
      write(`  ${word} ${String(record['body'])}${fields}`.replaceAll(CONTROL, ' ').slice(0, 500) + '\n');
    },
  };
}

function parse(line: string): Record<string, unknown> | null {
  try {
    // Our own line: always an object.
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

export interface OpenLogOptions {
  readonly dataDir: string;
  readonly level: LogLevel;
  readonly format: 'auto' | 'json' | 'pretty';
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
}

/** The log of the serving process: all of it in the file, and for people or collectors on standard error. */
export function openLog({ dataDir, level, format, stderr }: OpenLogOptions): { log: Log; file: string } & Disposable {
  const sink = createFileSink(path.resolve(dataDir, 'logs', 'holdfast.log'));
  const write = (text: string): void => void stderr.write(text);
  // Off a terminal everything stands in the file already; a collector that reads standard error asks for json.
  const others =
    format === 'json' ? [{ write }] : format === 'pretty' || stderr.isTTY === true ? [createTerminalSink(write)] : [];
  const log = createLog({ level, sinks: [sink, ...others] });
  return { log, file: sink.file, [Symbol.dispose]: () => sink[Symbol.dispose]() };
}
