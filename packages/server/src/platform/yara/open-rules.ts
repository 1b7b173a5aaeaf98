import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileRules, type RuleFault, type RuleSet, type RuleSource } from './rule-set.ts';

/** The rules that come with Holdfast. */
const BUILT_IN = fileURLToPath(new URL('../../../yara', import.meta.url));
const FILES_MAX = 1000;
const BYTES_MAX = 16 * 1_048_576;
const LOOK_MS = 5000;

export interface RulesParts {
  /** A folder of the operator's own; null = the built-in rules alone. */
  readonly folder: string | null;
  /** Of tests. */
  readonly builtIn?: string;
  readonly lookMs?: number;
  /** New rules are in force. */
  readonly onChange?: (set: RuleSet) => void;
  /** What was changed does not compile: the rules before it stay in force. */
  readonly onRefused?: (faults: readonly RuleFault[]) => void;
}

export interface RulesState {
  /** Null = nothing can be scanned: the binary does not load here, or the rules never compiled. */
  readonly set: RuleSet | null;
  /** Of the newest files, if they do not compile. */
  readonly faults: readonly RuleFault[];
}

/** The rules in force, followed while their files change. */
export interface Rules extends AsyncDisposable {
  current(): RulesState;
  /** Reads now; true = other rules are in force. */
  reload(): Promise<boolean>;
}

/** @example await using rules = await openRules({ folder: '/etc/holdfast/yara' }); rules.current().set?.scanFile(file) */
export async function openRules(parts: RulesParts): Promise<Rules> {
  const { folder, builtIn = BUILT_IN, lookMs = LOOK_MS, onChange, onRefused } = parts;
  let state: RulesState = { set: null, faults: [] };
  let stamp: string | null = null;
  let running: Promise<boolean> = Promise.resolve(false);

  const take = async (): Promise<boolean> => {
    // Taken before the files are read, so that a change in between is seen at the next look.
    stamp = await stampOf(folder);
    const compiled = await compileAll([builtIn, ...(folder === null ? [] : [folder])]);
    if (compiled.kind === 'faults') {
      state = { ...state, faults: compiled.faults };
      onRefused?.(compiled.faults);
      return false;
    }
    const isOther = compiled.set.version !== state.set?.version;
    const isFirst = state.set === null;
    state = { set: isOther ? compiled.set : state.set, faults: [] };
    if (isOther && !isFirst) onChange?.(compiled.set);
    return isOther;
  };
  const reload = (): Promise<boolean> => {
    running = running.catch(() => false).then(take);
    return running;
  };
  const look = async (): Promise<void> => {
    if ((await stampOf(folder)) !== stamp) await reload();
  };
  await reload();
  // A broken file of the operator's must not leave the node without any rule at its start.
  if (state.set === null && folder !== null) {
    const alone = await compileAll([builtIn]);
    if (alone.kind === 'compiled') state = { ...state, set: alone.set };
  }
  const timer = folder === null ? null : setInterval(() => void look().catch(() => {}), lookMs).unref();
  return {
    current: () => state,
    reload,
    async [Symbol.asyncDispose]() {
      if (timer !== null) clearInterval(timer);
      await running.catch(() => false);
    },
  };
}

async function compileAll(folders: readonly string[]): ReturnType<typeof compileRules> {
  try {
    const sources = (await Promise.all(folders.map(readFolder))).flat();
    return await compileRules(sources);
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 200) : 'the rules cannot be read';
    return { kind: 'faults', faults: [{ file: folders.at(-1) ?? '', line: null, column: null, detail }] };
  }
}

const isRules = (name: string): boolean => /\.yara?$/u.test(name);

async function readFolder(folder: string): Promise<RuleSource[]> {
  const names = (await readdir(folder)).filter(isRules).toSorted();
  if (names.length > FILES_MAX) throw new RangeError(`more than ${FILES_MAX} files of rules in ${folder}`);
  let bytes = 0;
  const sources: RuleSource[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    bytes += (await stat(file)).size;
    if (bytes > BYTES_MAX) throw new RangeError(`more than ${BYTES_MAX} bytes of rules in ${folder}`);
    sources.push({ name, text: await readFile(file, 'utf8') });
  }
  return sources;
}

/** Names, sizes and times: enough to see that something was written. */
async function stampOf(folder: string | null): Promise<string> {
  if (folder === null) return '';
  const names = (await readdir(folder).catch(() => [])).filter(isRules).toSorted().slice(0, FILES_MAX);
  const parts = await Promise.all(
    names.map(async (name) => {
      const found = await stat(path.join(folder, name)).catch(() => null);
      return found === null ? name : `${name} ${found.size} ${found.mtimeMs} ${found.ino}`;
    }),
  );
  return parts.join('\n');
}
