import { pino, type DestinationStream } from 'pino';
import { scrub } from './scrub.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Fields = Readonly<Record<string, unknown>>;

/** What the rest of the program may do with a log: fields first, then words that never change. */
export interface Log {
  debug(fields: Fields, words: string): void;
  info(fields: Fields, words: string): void;
  warn(fields: Fields, words: string): void;
  error(fields: Fields, words: string): void;
  child(fields: Fields): Log;
}

/** OpenTelemetry log data model, severity numbers: DEBUG 5, INFO 9, WARN 13, ERROR 17. */
const SEVERITY: ReadonlyMap<string, readonly [number, string]> = new Map([
  ['trace', [1, 'TRACE']],
  ['debug', [5, 'DEBUG']],
  ['info', [9, 'INFO']],
  ['warn', [13, 'WARN']],
  ['error', [17, 'ERROR']],
  ['fatal', [21, 'FATAL']],
]);

/** Whatever stands under these names is a secret, however deep it was put. */
const REDACTED = ['password', 'secret', 'token', 'authorization', 'cookie', 'privateKey', 'keyPem', 'passphrase'];

export interface LogOptions {
  readonly level: LogLevel;
  /** Where finished lines go: a rotating file, or an array in tests. */
  readonly sinks: readonly DestinationStream[];
}

/** JSON lines; every string passes the scrubber after it was written, so no field can be forgotten. */
export function createLog({ level, sinks }: LogOptions): Log {
  const write = (line: string): void => {
    const clean = scrub(line);
    for (const sink of sinks) sink.write(clean);
  };
  return pino(
    {
      level,
      base: null,
      messageKey: 'body',
      // RFC 3339, UTC.
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => {
          const [number, text] = SEVERITY.get(label) ?? [9, 'INFO'];
          return { severity_text: text, severity_number: number };
        },
      },
      redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    },
    { write },
  );
}

/** Says nothing: for tests and for short commands. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
