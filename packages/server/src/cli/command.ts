import type { AwaitRoot } from '../platform/keyring/seal/root-at-start.ts';
import type { ApiClient } from './connection/client.ts';
import type { Io } from './terminal/io.ts';
import type { Outcome } from './outcome.ts';
import type { Output } from './terminal/output.ts';

/** `flags` as commander reads them: `-f, --follow`, `--for <time>`, `--permission <name...>`, `--no-tls`. */
export interface OptionDefinition {
  readonly flags: string;
  readonly help: string;
  readonly choices?: readonly string[];
}

/** `<name>` is required, `[name]` may be left out, a trailing `...` takes several. */
export interface ArgumentDefinition {
  readonly name: string;
  readonly help: string;
}

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noInput: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly dataDir: string | null;
  readonly config: string | null;
}

/** What a command was called with. Names are long flags without the dashes. */
export interface Input {
  readonly words: readonly string[];
  text(name: string): string | null;
  list(name: string): readonly string[];
  isSet(name: string): boolean;
  /** `--no-NAME` was given; for flags that have both forms. */
  isOff(name: string): boolean;
}

/** Everything a command may touch: no command reads the process, the clock or the environment by itself. */
export interface Context {
  readonly io: Io;
  readonly flags: GlobalFlags;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** The whole table, for what speaks about commands: completion. */
  readonly commands: readonly CommandEntry[];
  /** Absolute path of the data directory in use. */
  dataDir(): Promise<string>;
  /** The admin API, of the running server or, when none runs, of this process. Says on stderr which data directory it is. */
  api(options?: { onlineOnly?: boolean }): Promise<ApiClient>;
  /** What brings a root key that does not come by itself: asked for at most once in a command. */
  readonly awaitRoot: AwaitRoot;
  /** From this file, or `-` for stdin, instead of asking. */
  unsealFrom(source: string | null): void;
  /** True when the operator agrees. `--yes` agrees; `--no-input` or no terminal disagrees. */
  confirm(question: string): Promise<boolean>;
}

export interface LeafBody {
  /** Longer words for `--help` and the reference; one or two sentences. */
  readonly about?: string;
  readonly words?: readonly ArgumentDefinition[];
  readonly options?: readonly OptionDefinition[];
  /** Shown before the flags. */
  readonly examples: readonly string[];
  run(context: Context, input: Input): Promise<Outcome>;
}

export interface BranchBody {
  readonly about?: string;
  readonly verbs: readonly Verb[];
}

export type CommandBody = LeafBody | BranchBody;
export type Verb = { readonly name: string; readonly summary: string } & CommandBody;

/** One line of the root help; the body is imported only when the command is named, which keeps `--help` fast. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandBody>;
}

export function isBranch(body: CommandBody): body is BranchBody {
  return 'verbs' in body;
}
