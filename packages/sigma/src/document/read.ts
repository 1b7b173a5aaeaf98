import { quote, type Diagnostic, type Findings } from '../diagnostic.ts';
import { readCorrelation } from '../correlation/read-correlation.ts';
import type { SigmaCorrelation } from '../correlation/correlation.ts';
import { readFilter, type SigmaFilter } from '../filter/filter.ts';
import { DEFAULT_LIMITS, type SigmaLimits } from '../limits.ts';
import { readRule, type SigmaRule } from '../rule/read-rule.ts';
import { readYaml, type YamlMap } from './yaml.ts';

export type SigmaDocument = SigmaRule | SigmaCorrelation | SigmaFilter;

export interface ReadResult {
  readonly documents: readonly SigmaDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads every document of a YAML text; those with an error are left out, and the diagnostics say why. */
export function readDocuments(text: string, name: string, limits: SigmaLimits = DEFAULT_LIMITS): ReadResult {
  const documents: SigmaDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  let shared: YamlMap | null = null;
  for (const { root, findings } of readYaml(text, name, limits)) {
    if (root !== null && root.kind === 'map') {
      const action = root.entries.get('action')?.value;
      // Collections of Sigma 1: a `global` document gives its attributes to those behind it.
      if (action?.kind === 'scalar' && action.value === 'global') shared = root;
      else {
        const document = readDocument(shared === null ? root : merge(shared, root), { findings, limits });
        if (document !== null && !findings.hasErrors) documents.push(document);
      }
    } else if (root !== null) findings.error('document-kind', root.place, 'a document is a map');
    diagnostics.push(...findings.list);
  }
  return { documents, diagnostics };
}

function readDocument(root: YamlMap, context: { findings: Findings; limits: SigmaLimits }): SigmaDocument | null {
  if (root.entries.has('correlation')) return readCorrelation(root, context);
  if (root.entries.has('filter')) return readFilter(root, context);
  if (root.entries.has('detection')) return readRule(root, context);
  const keys = [...root.entries.keys()].slice(0, 5).join(', ');
  context.findings.error('document-kind', root.place, `neither detection, correlation nor filter among ${quote(keys)}`);
  return null;
}

function merge(shared: YamlMap, own: YamlMap): YamlMap {
  const entries = new Map(shared.entries);
  for (const [key, entry] of own.entries) {
    const known = entries.get(key);
    const both = known?.value.kind === 'map' && entry.value.kind === 'map' ? merge(known.value, entry.value) : null;
    entries.set(key, both === null ? entry : { key: entry.key, value: both });
  }
  return { ...own, entries };
}
