import { Findings, type Diagnostic } from '../diagnostic.ts';
import type { SigmaDocument } from '../document/read.ts';
import { DEFAULT_LIMITS, type SigmaLimits } from '../limits.ts';
import { regexFault } from '../regex/regex.ts';
import { itemsOf, mapItems, type Condition, type Detection, type Item } from '../rule/detection.ts';
import { Progress, Refused, withIdentifiers, type Draft } from './draft.ts';
import { renameCorrelation, renameItem } from './fields.ts';
import type { Pipeline, PipelineItem, Tests } from './read-pipeline.ts';
import type { Transformation } from './transformation.ts';

export interface ApplyResult {
  readonly documents: readonly SigmaDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Puts rules and correlations through pipelines, by priority. A rule that a pipeline refuses is left out and the diagnostics
 * say why. Filters are applied by `compile`, to the rules as they come out of here, so theirs are mapped as well.
 *
 * @example compile(applyPipelines(documents, [pipeline]).documents)
 */
export function applyPipelines(
  documents: readonly SigmaDocument[],
  pipelines: readonly Pipeline[],
  limits: SigmaLimits = DEFAULT_LIMITS,
): ApplyResult {
  const ordered = pipelines.toSorted((a, b) => a.priority - b.priority);
  const diagnostics: Diagnostic[] = [];
  const done = documents.flatMap((document): readonly SigmaDocument[] => {
    try {
      return [applyTo(document, ordered, limits)];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const findings = new Findings(document.source, 0);
      findings.error('pipeline-failure', document.place, `${document.metadata.title}: ${error.message}`);
      diagnostics.push(...findings.list);
      return [];
    }
  });
  return { documents: done, diagnostics };
}

function applyTo(document: SigmaDocument, pipelines: readonly Pipeline[], limits: SigmaLimits): SigmaDocument {
  const vars = new Map(pipelines.flatMap((pipeline) => [...pipeline.vars]));
  const progress = new Progress(vars);
  // A filter is transformed as a rule of its log source would be.
  let draft: Draft = document.kind === 'filter' ? { ...document, kind: 'rule', aggregation: null } : document;
  for (const { items } of pipelines) for (const item of items) draft = applyItem(item, draft, progress);
  if (draft.kind === 'rule') checkRegexes(draft.detections.identifiers, limits);
  if (document.kind !== 'filter' || draft.kind !== 'rule') return draft;
  return { ...document, metadata: draft.metadata, logsource: draft.logsource, detections: draft.detections };
}

function applyItem(item: PipelineItem, draft: Draft, progress: Progress): Draft {
  if (!holds(item.rule, (test) => test(draft, progress))) return draft;
  const { does, id } = item;
  let result = draft;
  if (does.level === 'nest') for (const inner of does.items) result = applyItem(inner, result, progress);
  else if (does.level === 'rule') result = does.apply(draft, progress);
  else if (draft.kind === 'rule') result = applyToItems(item, draft, { does, progress });
  else if (does.level === 'field') result = renameCorrelation(draft, (field) => rename(item, does, { field, progress }));
  if (id !== null) progress.applied.add(id);
  return result;
}

type Renaming = Extract<Transformation, { level: 'field' }>;

function rename(
  item: PipelineItem,
  does: Renaming,
  { field, progress }: { field: string | null; progress: Progress },
): readonly string[] | null {
  const names = holds(item.field, (test) => test(field, progress)) ? does.apply(field) : null;
  if (names !== null && item.id !== null) for (const name of names) progress.markField(name, item.id);
  return names;
}

function applyToItems(
  item: PipelineItem,
  draft: Extract<Draft, { kind: 'rule' }>,
  { does, progress }: { does: Exclude<Transformation, { level: 'rule' }>; progress: Progress },
): Draft {
  const renaming = (field: string | null): readonly string[] | null =>
    does.level === 'field' ? rename(item, does, { field, progress }) : null;
  const changed = withIdentifiers(draft, (detection) =>
    mapItems(detection, (one) => {
      const isWanted = holds(item.item, (test) => test(one, progress));
      if (!isWanted || (does.level !== 'field' && !holds(item.field, (test) => test(one.field, progress)))) return one;
      const result = does.level === 'field' ? renameItem(one, renaming, progress) : applyToItem(one, does, progress);
      markItems(one, result, { id: item.id, progress });
      return result;
    }),
  );
  if (does.level !== 'field') return changed;
  const fields = draft.metadata.fields.flatMap((field) => renaming(field) ?? [field]);
  const { aggregation } = draft;
  const named = (field: string): string => renaming(field)?.[0] ?? field;
  const renamed =
    aggregation === null
      ? null
      : {
          ...aggregation,
          groupBy: aggregation.groupBy.map(named),
          field: aggregation.field === null ? null : named(aggregation.field),
        };
  return { ...changed, aggregation: renamed, metadata: { ...changed.metadata, fields } };
}

function applyToItem(
  item: Item,
  does: Extract<Transformation, { level: 'item' | 'value' }>,
  progress: Progress,
): Detection | null {
  if (does.level === 'item') return does.apply(item, progress);
  let isChanged = false;
  const values = item.values.flatMap((value) => {
    const made = does.apply(value, progress, item);
    isChanged ||= made !== null;
    return made ?? [value];
  });
  return isChanged ? { ...item, values } : item;
}

/** A changed item remembers by what; one that was left alone stays the same object. */
function markItems(before: Item, result: Detection | null, { id, progress }: { id: string | null; progress: Progress }): void {
  if (result === null || result === before) return;
  for (const after of itemsOf(result)) progress.markItem(before, after, id);
}

function holds<Test>({ tests, condition, isAny, isNegated }: Tests<Test>, ask: (test: Test) => boolean): boolean {
  if (tests.size === 0) return true;
  const names = [...tests.keys()];
  const named = (name: string): boolean => {
    const test = tests.get(name);
    return test !== undefined && ask(test);
  };
  const result = condition === null ? (isAny ? names.some(named) : names.every(named)) : isTrue(condition, named);
  return result !== isNegated;
}

function isTrue(condition: Condition, named: (name: string) => boolean): boolean {
  if (condition.kind === 'identifier') return named(condition.name);
  if (condition.kind === 'not') return !isTrue(condition.part, named);
  if (condition.kind === 'selector') return false;
  return condition.kind === 'all'
    ? condition.parts.every((part) => isTrue(part, named))
    : condition.parts.some((part) => isTrue(part, named));
}

/** What a transformation made of a regular expression must be one still. */
function checkRegexes(identifiers: ReadonlyMap<string, Detection>, limits: SigmaLimits): void {
  for (const detection of identifiers.values()) {
    for (const { values } of itemsOf(detection)) {
      for (const value of values) {
        const fault =
          value.kind === 'regex' && !value.expands ? regexFault(value.source, value.flags, limits.regexStatesMax) : null;
        if (fault !== null) throw new Refused(fault.message);
      }
    }
  }
}
