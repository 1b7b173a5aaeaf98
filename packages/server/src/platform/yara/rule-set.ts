import type { RuleMatch, YaraX } from '@litko/yara-x';
import { HEADED_FILES, SMALL_BYTES, SMALL_FILES } from './rule-file.ts';
import type { RuleFault, RuleSource } from './rule-file.ts';
import { readGates } from './rule-gates.ts';
import type { RuleGates } from './rule-gates.ts';
import { versionOf } from './rule-sources.ts';

export interface RuleHit {
  readonly rule: string;
  readonly severity: string;
  /** `meta: what`, else the name of the rule. */
  readonly what: string;
}

/** Compiled rules, all in one. */
export interface RuleSet {
  /** Changes whenever a rule does. */
  readonly version: string;
  readonly files: number;
  readonly rules: number;
  /** What a large file has to hold before one of these rules can match it. */
  readonly gates: RuleGates;
  /** A path, also `/proc/self/fd/N` of a file without a name. */
  scanFile(path: string): Promise<readonly RuleHit[]>;
  scanBytes(bytes: Uint8Array): Promise<readonly RuleHit[]>;
  /** The same in the thread of the caller, for threads that do nothing else. */
  scanFileHere(path: string, bytes: number): readonly RuleHit[];
  scanBytesHere(bytes: Uint8Array): readonly RuleHit[];
}

export type Compiled =
  | { readonly kind: 'compiled'; readonly set: RuleSet }
  | { readonly kind: 'faults'; readonly faults: readonly RuleFault[] };

type Yara = Awaited<ReturnType<typeof loadYara>>;

const FAULTS_MAX = 20;
const HITS_MAX = 16;
/** Rules of an operator may read no other file, and one that would be slow is refused when it is compiled. */
const COMPILING = { enableIncludes: false, errorOnSlowPattern: true, errorOnSlowLoop: true };
/** `--> line:3:12`, the place in a message of the compiler. */
const AT = /-->\s*[^\n:]*:(\d{1,9}):(\d{1,9})/u;
const NAME = /^[ \t]*(?:(?:global|private)[ \t]+)*rule[ \t]+([A-Za-z_]\w{0,127})/gmu;

/** The binary of this platform, or why there is none. Loaded when rules are first needed. */
const loadYara = async () => import('@litko/yara-x');

/**
 * All or nothing: one file that is wrong and there is no set.
 *
 * @example const compiled = await compileRules([{ name: 'mine.yar', text: 'rule a { condition: false }' }]);
 */
export async function compileRules(sources: readonly RuleSource[]): Promise<Compiled> {
  const yara = await loadYara();
  const gates = readGates(sources);
  const faults = [...sources.flatMap((source) => validate(yara, source)), ...takenNames(sources), ...gates.faults];
  if (faults.length > 0) return { kind: 'faults', faults: faults.slice(0, FAULTS_MAX) };
  try {
    const all = compileTogether(yara, sources);
    return { kind: 'compiled', set: toSet(sources, { gates, rulesFor: bySize(all, compileForLarge(yara, sources)) }) };
  } catch (error) {
    return { kind: 'faults', faults: [toFault('all files together', error instanceof Error ? error.message : '')] };
  }
}

function compileTogether(yara: Yara, sources: readonly RuleSource[]): YaraX {
  const rules = yara.compile(sources.map(({ text }) => text).join('\n'), COMPILING);
  // One match of a pattern is enough: the others would only be copied.
  rules.setMaxMatchesPerPattern(1);
  // A mapped file that is cut while it is scanned kills the process.
  rules.setUseMmap(false);
  return rules;
}

type RulesFor = (bytes: number) => readonly YaraX[];

/** All words of a set are looked for at once, and what they cost grows with their number: most are of scripts, which are small. */
function compileForLarge(yara: Yara, sources: readonly RuleSource[]): readonly YaraX[] {
  const large = sources.filter(({ name }) => !name.endsWith(SMALL_FILES));
  const headed = large.filter(({ name }) => name.endsWith(HEADED_FILES));
  const others = large.filter(({ name }) => !name.endsWith(HEADED_FILES));
  return [others, headed].filter((each) => each.length > 0).map((each) => compileTogether(yara, each));
}

const bySize =
  (all: YaraX, large: readonly YaraX[]): RulesFor =>
  (bytes) =>
    bytes < SMALL_BYTES ? [all] : large;

interface Made {
  readonly gates: RuleGates;
  readonly rulesFor: RulesFor;
}

function toSet(sources: readonly RuleSource[], { gates, rulesFor }: Made): RuleSet {
  return {
    version: versionOf(sources),
    files: sources.length,
    rules: sources.reduce((sum, { text }) => sum + namesIn(text).length, 0),
    gates,
    scanFile: async (path) => {
      const found = await Promise.all(rulesFor(0).map(async (rules) => rules.scanFileAsync(path)));
      return toHits(found.flat());
    },
    scanBytes: async (bytes) => {
      const found = await Promise.all(rulesFor(bytes.length).map(async (rules) => rules.scanAsync(asBuffer(bytes))));
      return toHits(found.flat());
    },
    scanFileHere: (path, bytes) => toHits(rulesFor(bytes).flatMap((rules) => rules.scanFile(path))),
    scanBytesHere: (bytes) => toHits(rulesFor(bytes.length).flatMap((rules) => rules.scan(asBuffer(bytes)))),
  };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function toHits(matches: readonly RuleMatch[]): RuleHit[] {
  return matches.slice(0, HITS_MAX).map(({ ruleIdentifier, meta }) => {
    const known = new Map<string, unknown>(Object.entries(meta));
    const word = (name: string, otherwise: string): string => {
      const value = known.get(name);
      return typeof value === 'string' ? value.slice(0, 200) : otherwise;
    };
    return { rule: ruleIdentifier.slice(0, 128), severity: word('severity', 'high'), what: word('what', ruleIdentifier) };
  });
}

const validate = (yara: Yara, { name, text }: RuleSource): RuleFault[] =>
  yara.validate(text, COMPILING).errors.map(({ message }) => toFault(name, message));

function toFault(file: string, message: string): RuleFault {
  const at = AT.exec(message);
  const [first = ''] = message.split('\n');
  return {
    file,
    line: at === null ? null : Number(at[1]),
    column: at === null ? null : Number(at[2]),
    detail: first.slice(0, 200),
  };
}

const namesIn = (text: string): string[] => [...text.matchAll(NAME)].map(([, name = '']) => name);

/** Files are compiled as one text, so a name is taken once: said with the file, because a line of the whole says nothing. */
function takenNames(sources: readonly RuleSource[]): RuleFault[] {
  const owner = new Map<string, string>();
  return sources.flatMap(({ name: file, text }) =>
    namesIn(text).flatMap((rule) => {
      const taken = owner.get(rule);
      owner.set(rule, taken ?? file);
      if (taken === undefined || taken === file) return [];
      return [{ file, line: null, column: null, detail: `rule ${rule} is in ${taken} already: give it another name` }];
    }),
  );
}
