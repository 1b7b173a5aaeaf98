import { quote, type Diagnostic, type Findings } from '../diagnostic.ts';
import { readCorrelation } from '../correlation/read-correlation.ts';
import type { SigmaCorrelation } from '../correlation/correlation.ts';
import { readFilter, type SigmaFilter } from '../filter/filter.ts';
import { DEFAULT_LIMITS, type SigmaLimits } from '../limits.ts';
import { readRule, type SigmaRule } from '../rule/read-rule.ts';
import { readYaml } from './yaml.ts';
import type { YamlMap } from './yaml-tree.ts';

export type SigmaDocument = SigmaRule | SigmaCorrelation | SigmaFilter;

export interface ReadResult {
  readonly documents: readonly SigmaDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads every document of a YAML text; those with an error are left out, and the diagnostics say why. */
export function readDocuments(text: string, name: string, limits: SigmaLimits = DEFAULT_LIMITS): ReadResult {
  const documents: SigmaDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  const collection = new Collection();
  for (const { root, findings } of readYaml(text, name, limits)) {
    if (root !== null && root.kind === 'map') {
      const whole = collection.take(root, findings);
      const document = whole === null ? null : readDocument(whole, { findings, limits });
      if (document !== null && !findings.hasErrors) documents.push(document);
    } else if (root !== null) findings.error('document-kind', root.place, 'a document is a map');
    diagnostics.push(...findings.list);
  }
  return { documents, diagnostics };
}

/**
 * Collections of Sigma 1: a `global` document gives its attributes to those behind it, up to a `reset`; a `repeat` is the document
 * before it with some attributes changed.
 */
class Collection {
  #shared: YamlMap | null = null;
  #last: YamlMap | null = null;

  /** The whole document; null for one that only concerns others, or is wrong. */
  take(root: YamlMap, findings: Findings): YamlMap | null {
    const action = root.entries.get('action');
    const named = action?.value.kind === 'scalar' ? String(action.value.value) : '';
    switch (action === undefined ? 'none' : named) {
      case 'none':
        this.#last = root;
        break;
      case 'global':
        this.#shared = root;
        return null;
      case 'reset':
        this.#shared = null;
        return null;
      case 'repeat':
        this.#last = this.#last === null ? root : merge(this.#last, root);
        break;
      default:
        findings.error('attribute-value', action?.key ?? root.place, 'an action is global, reset or repeat');
        return null;
    }
    return this.#shared === null ? this.#last : merge(this.#shared, this.#last);
  }
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
