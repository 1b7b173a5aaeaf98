import { writeDebugLog } from './host/debug-log.ts';
import { COMMANDS } from './shell/catalogue.ts';
import { createContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { Interrupted } from './fault.ts';
import { processIo, type Io } from './terminal/io.ts';
import { createOutput } from './terminal/output.ts';
import { parse, type Parsed } from './program.ts';

/**
 * Runs one command and gives its exit code; it prints, but never ends the process.
 *
 * @example
 * process.exitCode = await run(process.argv.slice(2));
 */
export async function run(argv: readonly string[], io: Io = processIo()): Promise<number> {
  // Flags may be unreadable; whether to answer in JSON must be known even then.
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const early = { json: own.includes('--json'), quiet: false };
  let parsed: Parsed;
  try {
    parsed = await parse(argv);
  } catch (error) {
    return report(error, { io, command: '', flags: early });
  }
  if (parsed.kind === 'help') {
    (parsed.asked ? io.stdout : io.stderr).write(parsed.text);
    return parsed.asked ? EXIT.ok : EXIT.usage;
  }
  return call(parsed, io);
}

async function call({ name, leaf, input, flags: given }: Extract<Parsed, { kind: 'call' }>, io: Io): Promise<number> {
  const flags = { ...given, noInput: given.noInput || (io.env['HOLDFAST_NO_INPUT'] ?? '') !== '' };
  const output = createOutput(io, flags);
  const controller = new AbortController();
  const forget = io.onSignal((signal) => controller.abort(signal));
  const context = createContext({ io, flags, output, signal: controller.signal, commands: COMMANDS });
  try {
    const outcome = await leaf.run(context, input);
    output.outcome(name, outcome);
    return outcome.exit ?? EXIT.ok;
  } catch (error) {
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
  const told = tell(error);
  if (dataDir !== undefined) await writeDebugLog(io, dataDir, error);
  createOutput(io, flags).error(command, told);
  return told.exit;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
