/** Everything this package says about a document, in the order of the README's table. */
export const DIAGNOSTICS = {
  'yaml-invalid': 'The text is not YAML, or uses what a rule has no need of.',
  'yaml-too-large': 'The text, its nesting or its number of nodes is over the limit.',
  'document-kind': 'The document is neither a rule, a correlation nor a filter.',
  'attribute-missing': 'A mandatory attribute is absent.',
  'attribute-type': 'An attribute has a value of the wrong type.',
  'attribute-value': 'An attribute has a value that the specification does not know.',
  'detection-empty': 'A search identifier, a list or a map holds nothing.',
  'detection-unused': 'A search identifier is not used by the condition.',
  'modifier-unknown': 'The modifier does not exist.',
  'modifier-chain': 'The modifiers cannot be used together, or not in this order.',
  'value-type': 'The value does not fit the modifier.',
  'value-null-in-list': 'null stands in a list of values.',
  'value-too-large': 'The value, or what it expands to, is over the limit.',
  'cidr-invalid': 'The value is not an IPv4 or IPv6 network.',
  'regex-invalid': 'The regular expression is malformed.',
  'regex-unsupported': 'The regular expression uses what cannot be matched in linear time.',
  'regex-too-large': 'The regular expression expands to too many states.',
  'placeholder-unresolved': 'A placeholder was left without a value.',
  'condition-syntax': 'The condition cannot be read.',
  'condition-identifier': 'The condition names what the document does not define.',
  'v1-aggregation': 'The condition uses an aggregation of Sigma 1 that has no counterpart here.',
  'v1-aggregation-rewritten': 'An aggregation of Sigma 1 was rewritten as a correlation.',
  'correlation-type': 'The correlation type does not exist.',
  'correlation-timespan': 'The timespan cannot be read.',
  'correlation-condition': 'The condition of the correlation is malformed or does not fit its type.',
  'correlation-alias': 'An alias is malformed or names a rule that the correlation does not use.',
  'reference-unknown': 'A rule that is referred to does not exist.',
  'reference-cycle': 'Correlations refer to each other in a circle.',
  'reference-duplicate': 'Another document already has this id or name.',
  'filter-condition': 'A filter has exactly one condition.',
  'filter-unused': 'The filter fits no rule.',
  'pipeline-invalid': 'The processing pipeline is malformed.',
  'pipeline-unsupported': 'The transformation makes queries or asks the outside world; here rules are evaluated.',
  'pipeline-failure': 'A transformation of the pipeline refused the rule.',
  'limit-exceeded': 'There are more rules, literals or states than allowed.',
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTICS;

/** Where in a text something stands; lines and columns begin at 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** JSON pointer (RFC 6901) inside the document. */
  readonly pointer: string;
}

export interface Diagnostic extends Place {
  readonly code: DiagnosticCode;
  /** A document with an error is not used. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Name of the text as the caller gave it. */
  readonly source: string;
  /** Number of the document in the text, from 0. */
  readonly document: number;
}

/** The same place, some characters to the right. */
export function further({ line, column, pointer }: Place, characters: number): Place {
  return { line, column: column + characters, pointer };
}

export const NOWHERE: Place = { line: 1, column: 1, pointer: '' };

/** Collects what is wrong with one document. */
export class Findings {
  readonly source: string;
  readonly document: number;
  readonly list: Diagnostic[] = [];

  constructor(source: string, document: number) {
    this.source = source;
    this.document = document;
  }

  error(code: DiagnosticCode, place: Place, message: string): void {
    this.#add(code, 'error', { place, message });
  }

  warn(code: DiagnosticCode, place: Place, message: string): void {
    this.#add(code, 'warning', { place, message });
  }

  get hasErrors(): boolean {
    return this.list.some((diagnostic) => diagnostic.severity === 'error');
  }

  #add(code: DiagnosticCode, severity: 'error' | 'warning', { place, message }: { place: Place; message: string }): void {
    const { line, column, pointer } = place;
    // A document that is wrong everywhere says so a bounded number of times.
    if (this.list.length >= DIAGNOSTICS_MAX) return;
    this.list.push({ code, severity, message, line, column, pointer, source: this.source, document: this.document });
  }
}

const DIAGNOSTICS_MAX = 200;

/** What was read of a foreign text, shortened for a message. */
export function quote(text: string): string {
  return text.length > 80 ? `'${text.slice(0, 77)}...'` : `'${text}'`;
}
