import { writeDebugLog } from './host/debug-log.ts';
import { COMMANDS } from './shell/catalogue.ts';
import { createContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { Interrupted, ReaderGone, UsageFault } from './fault.ts';
import { processIo, type Io } from './terminal/io.ts';
import { createOutput } from './terminal/output.ts';
import { isReaderGone, watchStream, type WatchedStream } from './terminal/watch-stream.ts';
import { parse, type Parsed } from './program.ts';

/**
 * Runs one command and gives its exit code; it prints, but never ends the process.
 *
 * @example
 * process.exitCode = await run(process.argv.slice(2));
 */
export async function run(argv: readonly string[], io: Io = processIo()): Promise<number> {
  // Notes and errors that nobody reads change nothing; a server whose log collector has stopped serves on.
  watchStream(io.stderr);
  const stdout = watchStream(io.stdout);
  const code = await understand(argv, { io, stdout });
  const failure = await stdout.settled();
  if (failure === null || isReaderGone(failure)) return code;
  return Math.max(code, await report(failure, { io, command: '', flags: { json: false, quiet: false } }));
}

interface Place {
  readonly io: Io;
  readonly stdout: WatchedStream;
}

async function understand(argv: readonly string[], place: Place): Promise<number> {
  const { io } = place;
  // Flags may be unreadable; whether to answer in JSON must be known even then.
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const early = { json: own.includes('--json'), quiet: false };
  try {
    const parsed = await parse(argv);
    if (parsed.kind === 'call') return await call(parsed, place);
    if (!parsed.asked && early.json) throw new UsageFault('The name of a command is missing.', parsed.helper);
    (parsed.asked ? io.stdout : io.stderr).write(parsed.text);
    return parsed.asked ? EXIT.ok : EXIT.usage;
  } catch (error) {
    return report(error, { io, command: '', flags: early });
  }
}

async function call(
  { name, leaf, input, flags: given }: Extract<Parsed, { kind: 'call' }>,
  { io, stdout }: Place,
): Promise<number> {
  const flags = { ...given, noInput: given.noInput || (io.env['HOLDFAST_NO_INPUT'] ?? '') !== '' };
  const output = createOutput(io, flags, stdout);
  const controller = new AbortController();
  const forget = io.onSignal((signal) => controller.abort(signal));
  const context = createContext({ io, flags, output, signal: controller.signal, commands: COMMANDS });
  try {
    const outcome = await leaf.run(context, input);
    output.outcome(name, outcome);
    return outcome.exit ?? EXIT.ok;
  } catch (error) {
    if (error instanceof ReaderGone) return EXIT.ok;
    const cause = controller.signal.aborted && isAbort(error) ? new Interrupted() : error;
    return await report(cause, { io, command: name, flags, dataDir: await context.dataDir() });
  } finally {
    forget();
  }
}

interface Reporting {
  readonly io: Io;
  readonly command: string;
  readonly flags: { readonly json: boolean; readonly quiet: boolean };
  readonly dataDir?: string;
}

async function report(error: unknown, { io, command, flags, dataDir }: Reporting): Promise<number> {
  const { tell } = await import('./terminal/tell.ts');
  const { nextFor } = await import('./shell/next-command.ts');
  const told = await nextFor(command, tell(error, command));
  if (dataDir !== undefined) await writeDebugLog(io, dataDir, error);
  createOutput(io, flags).error(command, told);
  return told.exit;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
