import type { RuleDetail, RuleView } from '@holdfast/contract';
import { compile, readDocuments, type SigmaDocument } from '@holdfast/sigma';
import { ruleIdOf } from './rule-id.ts';
import type { ListedRow, TextRow } from './rule-store.ts';

const LISTED_MAX = 64;
const FALSE_POSITIVES_MAX = 32;

export function toRuleView(row: ListedRow): RuleView {
  const { id, kind, origin, state, title, severity, status, tags, file, digest, hits, idle } = row;
  const { category, product, service, changed_at: changedAt, changed_by: changedBy, last_hit_at: lastHitAt } = row;
  const logsource = { category, product, service };
  const said = { id, kind, origin, state, title, severity, status, logsource, tags: [...tags], file, digest };
  return { ...said, hits, lastHitAt, idle, changedAt, changedBy };
}

/** The document of a text that has this id. */
export function documentOf({ text, file }: Pick<TextRow, 'text' | 'file'>, id: string): SigmaDocument | null {
  return readDocuments(text, file).documents.find((document) => ruleIdOf(document) === id) ?? null;
}

export function documentsOf(texts: readonly Pick<TextRow, 'text' | 'file'>[]): readonly SigmaDocument[] {
  return texts.flatMap(({ text, file }) => readDocuments(text, file).documents);
}

export function toRuleDetail(
  row: ListedRow & Pick<TextRow, 'text'>,
  filters: readonly Pick<TextRow, 'text' | 'file'>[],
): RuleDetail {
  const document = documentOf(row, row.id);
  const { description = null, falsePositives = [], references = [] } = document?.metadata ?? {};
  return {
    ...toRuleView(row),
    text: row.text,
    description: description?.slice(0, 2000) ?? null,
    falsePositives: falsePositives.slice(0, FALSE_POSITIVES_MAX).map((text) => text.slice(0, 300)),
    references: references.slice(0, LISTED_MAX).map((text) => text.slice(0, 512)),
    filters: document === null ? [] : filtersOf(document, documentsOf(filters)).map(ruleIdOf).slice(0, LISTED_MAX),
    reason: row.reason,
  };
}

/** Filters that are for a rule: compiled with it alone, the others are told to be for none. */
export function filtersOf(rule: SigmaDocument, all: readonly SigmaDocument[]): readonly SigmaDocument[] {
  if (rule.kind !== 'rule') return [];
  const names = new Set([rule.metadata.id, rule.metadata.name]);
  // Exceptions can be many, and nearly all are for other rules.
  const filters = all.filter(
    (document) => document.kind === 'filter' && (document.rules === null || document.rules.some((name) => names.has(name))),
  );
  return filters.filter(
    (filter) =>
      !compile([rule, filter]).diagnostics.some(({ code }) => code === 'filter-unused' || code === 'reference-duplicate'),
  );
}
