import type { GlobalFlags, OptionDefinition } from '../command.ts';
import { UsageFault } from '../fault.ts';

/** Understood before and after every command. */
export const GLOBAL_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--json', help: 'one JSON document on stdout' },
  { flags: '-q, --quiet', help: 'data only: no notes on stderr' },
  { flags: '--no-input', help: 'never ask; what needs an answer is refused' },
  { flags: '-y, --yes', help: 'agree to what would be asked' },
  { flags: '--dry-run', help: 'say what would be done and do nothing' },
  { flags: '--data-dir <dir>', help: 'data directory (HOLDFAST_DATA_DIR, ./.holdfast)' },
  { flags: '--config <file>', help: 'configuration file (./holdfast.yaml when it exists)' },
];

/** Those that are followed by a value: needed to find the command's name among the arguments. */
const WITH_VALUE: readonly string[] = ['--data-dir', '--config'];

export function readGlobalFlags(values: ReadonlyMap<string, unknown>): GlobalFlags {
  const text = (name: string): string | null => {
    const value = values.get(name);
    // An unset variable of a script must not mean the usual place: `--data-dir "$DIR"`.
    if (value === '') throw new UsageFault('--data-dir and --config want a path; this one is empty.');
    return typeof value === 'string' ? value : null;
  };
  return {
    json: values.get('json') === true,
    quiet: values.get('quiet') === true,
    // Commander keeps `--no-input` as the negation of `input`.
    noInput: values.get('input') === false,
    yes: values.get('yes') === true,
    dryRun: values.get('dryRun') === true,
    dataDir: text('dataDir'),
    config: text('config'),
  };
}

/** The first word that is neither a flag nor the value of a global flag. */
export function namedCommand(argv: readonly string[]): string | null {
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (WITH_VALUE.includes(word)) index += 1;
    else if (!word.startsWith('-')) return word;
  }
  return null;
}
