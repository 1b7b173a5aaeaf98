import { Argument, Command, CommanderError, Option } from 'commander';
import { COMMANDS } from './shell/catalogue.ts';
import {
  isBranch,
  type ArgumentDefinition,
  type CommandBody,
  type GlobalFlags,
  type Input,
  type LeafBody,
  type OptionDefinition,
} from './command.ts';
import { UsageFault } from './fault.ts';
import { GLOBAL_OPTIONS, namedCommand, readGlobalFlags } from './shell/global-options.ts';
import { formatHelp } from './shell/help.ts';
import { readVersion } from '../platform/version.ts';

/** A command line that was understood. */
export type Parsed =
  | Help
  | { readonly kind: 'call'; readonly name: string; readonly leaf: LeafBody; readonly input: Input; readonly flags: GlobalFlags };

/** Asked for, or shown instead of doing anything because the line is not complete. */
interface Help {
  readonly kind: 'help';
  readonly text: string;
  readonly asked: boolean;
  /** The command that shows it. */
  readonly helper: string;
}

const ROOT_EXAMPLES = [
  'holdfast up --to http://127.0.0.1:3000',
  'holdfast test attack',
  'holdfast explain 7Q2KXW3M9ABC',
  'holdfast status',
];

/** `npm start -- up --to URL` arrives as `up up --to URL`: the script has said `up` already. */
export function withoutDoubledUp(argv: readonly string[]): readonly string[] {
  return argv[0] === 'up' && argv[1] === 'up' ? argv.slice(1) : argv;
}

/** Reads the arguments; throws {@link UsageFault} for what is unknown, with the nearest name where there is one. */
export async function parse(given: readonly string[]): Promise<Parsed> {
  assertReadable(given);
  const argv = withoutDoubledUp(given);
  let called: Parsed | null = null;
  let printed = '';
  const write = (text: string): void => {
    printed += text;
  };
  let failedIn: string | null = null;
  const fail = (path: string): void => void (failedIn = path);
  const root = configure(new Command('holdfast'), { path: '', examples: ROOT_EXAMPLES, write, fail });
  root.description('Self-hosted application security: gateway, control plane and evidence in one process.');
  const name = namedCommand(argv);
  // Commands have a `--version` of their own: of a policy, of a secret.
  if (name === null) root.version(readVersion(), '-V, --version', 'print the version');
  for (const option of GLOBAL_OPTIONS) root.addOption(toOption(option));
  for (const entry of COMMANDS) {
    const command = new Command(entry.name);
    const body = entry.name === name ? await entry.load() : null;
    build(command, body, { summary: entry.summary, path: entry.name, write, fail, call: (parsed) => (called = parsed) });
    root.addCommand(command);
  }
  // Help is offered for what exists: a mistyped name has none.
  const helper = COMMANDS.some((entry) => entry.name === name) ? `holdfast ${name} --help` : 'holdfast --help';
  if (argv.length === 0) return { kind: 'help', text: root.helpInformation(), asked: true, helper };
  try {
    await root.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help', text: printed, asked: true, helper };
    if (error.code === 'commander.help') return { kind: 'help', text: printed, asked: false, helper };
    throw new UsageFault(sentence(error.message), helpFor(failedIn) ?? helper);
  }
  return called ?? { kind: 'help', text: printed, asked: false, helper };
}

/** Help of the very command; null = none was come to. */
const helpFor = (path: string | null): string | null => (path === null || path === '' ? null : `holdfast ${path} --help`);

/** Node has put U+FFFD where bytes were no UTF-8: acting on another name than the one that was typed would be a guess. */
function assertReadable(argv: readonly string[]): void {
  if (argv.some((word) => word.includes('\uFFFD'))) throw new UsageFault('An argument is not UTF-8 text.');
}

interface Building {
  readonly summary: string;
  readonly path: string;
  readonly write: (text: string) => void;
  /** Told which command did not understand its words. */
  readonly fail: (path: string) => void;
  readonly call: (parsed: Parsed) => void;
}

function configure(
  command: Command,
  { path, examples, write, fail }: Pick<Building, 'path' | 'write' | 'fail'> & { readonly examples: readonly string[] },
): Command {
  return command
    .exitOverride((error) => {
      fail(path);
      throw error;
    })
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => undefined })
    .configureHelp({ formatHelp: (target, help) => formatHelp(target, help, examples), showGlobalOptions: true })
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false);
}

/** Depth is that of the table: three words at most. */
function build(command: Command, body: CommandBody | null, building: Building): void {
  const examples = body === null || isBranch(body) ? [] : body.examples;
  configure(command, { ...building, examples }).summary(building.summary);
  command.description(
    body?.about === undefined ? `${capital(building.summary)}.` : `${capital(building.summary)}. ${body.about}`,
  );
  if (body === null) return;
  if (isBranch(body)) {
    for (const verb of body.verbs) {
      const child = new Command(verb.name);
      build(child, verb, { ...building, summary: verb.summary, path: `${building.path} ${verb.name}` });
      command.addCommand(child);
    }
    return;
  }
  for (const word of body.words ?? []) command.addArgument(toArgument(word));
  for (const option of body.options ?? []) command.addOption(toOption(option));
  command.allowExcessArguments(false);
  command.action(() => building.call(toCall(command, body, building.path)));
}

function toCall(command: Command, leaf: LeafBody, name: string): Parsed {
  const values = new Map<string, unknown>(Object.entries(command.optsWithGlobals()));
  const own = new Map<string, unknown>(Object.entries(command.opts()));
  const input: Input = {
    words: command.args,
    text(option) {
      const value = own.get(option);
      return typeof value === 'string' ? value : null;
    },
    list(option) {
      const value = own.get(option);
      return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
    },
    isSet: (option) => own.get(option) !== undefined && own.get(option) !== false,
    isOff: (option) => own.get(option) === false,
  };
  return { kind: 'call', name, leaf, input, flags: readGlobalFlags(values) };
}

function toOption({ flags, help, choices }: OptionDefinition): Option {
  const option = new Option(flags, help);
  return choices === undefined ? option : option.choices([...choices]);
}

function toArgument({ name, help }: ArgumentDefinition): Argument {
  return new Argument(name, help);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * `error: unknown option '--too'\n(Did you mean --to?)` becomes one plain line. What was one word too many is not repeated: it may
 * be a secret, and what a command prints ends in logs.
 */
function sentence(message: string): string {
  const plain = message.replace(/^error: /u, '').replaceAll(/\s*\n\s*/gu, ' ');
  return capital(plain.replace(/(but got \d+): .*$/u, '$1.').replace(/^(unknown option '--[^'=]+)=[^']*'/u, "$1'"));
}
