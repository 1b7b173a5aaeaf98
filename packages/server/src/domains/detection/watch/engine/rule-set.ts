import type { RuleDiagnostic } from '@holdfast/contract';
import {
  compileInSteps,
  readDocuments,
  type CompileResult,
  type Diagnostic,
  type ReadResult,
  type Ruleset,
  type SigmaDocument,
} from '@holdfast/sigma';
import { ruleIdOf } from '../../rules/rule-id.ts';
import type { RuleText } from '../watch.ts';
import { CANARY_RULES, CANARY_SOURCE } from '../canary-events.ts';
import { digestOf, hashOf } from './digest.ts';
import { Stretch } from './stretch.ts';

/** What becomes of a match: an alert, a count, or the answer to a canary. */
export type Role = 'on' | 'test' | 'canary';

export interface RunningRules {
  readonly ruleset: Ruleset;
  /** In the order of `ruleset.rules`. */
  readonly roles: readonly Role[];
  readonly ids: readonly string[];
  readonly correlationRoles: readonly Role[];
  readonly correlationIds: readonly string[];
  readonly digest: string;
}

export interface ReadRules {
  /** Null = nothing of it can be used. */
  readonly rules: RunningRules | null;
  readonly diagnostics: readonly RuleDiagnostic[];
}

const DIAGNOSTICS_MAX = 2000;
const MESSAGE_MAX = 500;
const POINTER_MAX = 256;

/** Reads and compiles rules; texts that it has read before are not read again. */
export class RuleReader {
  #read = new Map<string, ReadResult>();

  /** `breathe` lets others have their turn. */
  async compile(texts: readonly RuleText[], breathe: () => Promise<void>): Promise<ReadRules> {
    const used = texts.filter(({ state }) => state !== 'off');
    const bySource = new Map<string, RuleText>();
    const read = new Map<string, ReadResult>();
    const stretch = new Stretch(breathe);
    for (const text of used) {
      // The hash stands for the name of the file inside the engine: two files may have one name, or one text two states.
      const source = hashOf(`${text.file}\n${text.text}`);
      bySource.set(source, text);
      read.set(source, this.#read.get(source) ?? readDocuments(text.text, source));
      if (stretch.isOver) await stretch.end();
    }
    this.#read = read;
    const results = [...read.values()];
    // A filter on trial takes nothing out: what it would hide is what is to be seen.
    const documents = results
      .flatMap((result) => result.documents)
      .filter((document) => document.kind !== 'filter' || bySource.get(document.source)?.state === 'on');
    const compiled = await compileIn([...canaryDocuments(), ...documents], stretch);
    const diagnostics = [...results.flatMap((result) => result.diagnostics), ...compiled.diagnostics]
      .slice(0, DIAGNOSTICS_MAX)
      .map((diagnostic) => toDiagnostic(diagnostic, bySource));
    const { ruleset } = compiled;
    const isEmpty = used.length > 0 && documents.length === 0 && diagnostics.some(({ severity }) => severity === 'error');
    if (ruleset === null || isEmpty) return { rules: null, diagnostics };
    const roleOf = ({ source }: { readonly source: string }): Role => {
      if (source === CANARY_SOURCE) return 'canary';
      return bySource.get(source)?.state === 'on' ? 'on' : 'test';
    };
    const idOf = ({ metadata, source }: Pick<SigmaDocument, 'metadata' | 'source'>): string =>
      ruleIdOf({ metadata, source: bySource.get(source)?.file ?? source });
    return {
      rules: {
        ruleset,
        roles: ruleset.rules.map(roleOf),
        ids: ruleset.rules.map(idOf),
        correlationRoles: ruleset.linked.correlations.map(roleOf),
        correlationIds: ruleset.linked.correlations.map(idOf),
        digest: digestOf(texts),
      },
      diagnostics,
    };
  }
}

async function compileIn(documents: readonly SigmaDocument[], stretch: Stretch): Promise<CompileResult> {
  const steps = compileInSteps(documents);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (stretch.isOver) await stretch.end();
  }
}

let canaries: readonly SigmaDocument[] | null = null;

function canaryDocuments(): readonly SigmaDocument[] {
  canaries ??= readDocuments(CANARY_RULES, CANARY_SOURCE).documents;
  return canaries;
}

function toDiagnostic(
  { code, severity, message, line, column, pointer, source }: Diagnostic,
  bySource: ReadonlyMap<string, RuleText>,
): RuleDiagnostic {
  return {
    file: (bySource.get(source)?.file ?? '').slice(0, 512),
    code,
    severity,
    message: message.slice(0, MESSAGE_MAX),
    line,
    column,
    pointer: pointer.slice(0, POINTER_MAX),
  };
}
