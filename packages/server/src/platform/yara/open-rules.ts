import type { RuleFault } from './rule-file.ts';
import { compileRules, type RuleSet } from './rule-set.ts';
import { BUILT_IN, followFolder, LOOK_MS, readSources } from './rule-sources.ts';

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

  const take = async (): Promise<boolean> => {
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
  const followed = await followFolder({ folder, lookMs, take });
  // A broken file of the operator's must not leave the node without any rule at its start.
  if (state.set === null && folder !== null) {
    const alone = await compileAll([builtIn]);
    if (alone.kind === 'compiled') state = { ...state, set: alone.set };
  }
  return {
    current: () => state,
    reload: () => followed.reload(),
    [Symbol.asyncDispose]: () => followed[Symbol.asyncDispose](),
  };
}

async function compileAll(folders: readonly string[]): ReturnType<typeof compileRules> {
  try {
    return await compileRules(await readSources(folders));
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 200) : 'the rules cannot be read';
    return { kind: 'faults', faults: [{ file: folders.at(-1) ?? '', line: null, column: null, detail }] };
  }
}
