import type { EventRecord, RuleDiagnostic } from '@holdfast/contract';
import { compile, readDocuments, type Diagnostic, type Level, type SigmaDocument } from '@holdfast/sigma';
import { ruleIdOf } from './rule-id.ts';

/** What lists and checks need to know of one document. */
export interface ReadRule {
  readonly id: string;
  readonly name: string | null;
  readonly kind: SigmaDocument['kind'];
  readonly title: string;
  readonly severity: EventRecord['severity'];
  readonly status: string | null;
  readonly category: string | null;
  readonly product: string | null;
  readonly service: string | null;
  readonly tags: readonly string[];
  /** Null = it refers to none by name. */
  readonly refs: readonly string[] | null;
  readonly waits: string | null;
}

export interface ReadText {
  readonly rules: readonly ReadRule[];
  readonly documents: readonly SigmaDocument[];
  readonly diagnostics: readonly RuleDiagnostic[];
}

const TAGS_MAX = 64;
const REFERENCES_MAX = 256;

const cut = (text: string, chars: number): string => (text.length > chars ? `${text.slice(0, chars - 1)}…` : text);

/** A level that is not given says nothing of how bad it is: such rules are neither first nor last. */
export function severityOf(level: Level | null): EventRecord['severity'] {
  return level === 'informational' ? 'info' : (level ?? 'medium');
}

export function toRuleDiagnostic({ source, code, severity, message, line, column, pointer }: Diagnostic): RuleDiagnostic {
  return { file: cut(source, 512), code, severity, message: cut(message, 500), line, column, pointer: cut(pointer, 256) };
}

/** Reads one text by itself; whether what it refers to is there, is asked of the whole set. */
export function readText(text: string, file: string): ReadText {
  const { documents, diagnostics } = readDocuments(text, file);
  // Placeholders are seldom, and compiling is what tells them.
  const waiting = text.includes('expand') ? (compile(documents).ruleset?.waiting ?? []) : [];
  const waits = new Set(waiting.map(({ place }) => `${place.line}`));
  return {
    documents,
    rules: documents.map((document) => toRule(document, waits.has(`${document.place.line}`))),
    diagnostics: diagnostics.map(toRuleDiagnostic),
  };
}

function toRule(document: SigmaDocument, isWaiting: boolean): ReadRule {
  const { kind, metadata } = document;
  const logsource = kind === 'correlation' ? {} : document.logsource;
  const part = (value: string | undefined): string | null => (value === undefined ? null : cut(value, 64));
  return {
    id: ruleIdOf(document),
    name: metadata.name,
    kind,
    title: cut(metadata.title === '' ? ruleIdOf(document) : metadata.title, 256),
    severity: kind === 'filter' ? 'info' : severityOf(metadata.level),
    status: metadata.status === null ? null : cut(metadata.status, 32),
    category: part(logsource.category),
    product: part(logsource.product),
    service: part(logsource.service),
    tags: metadata.tags.slice(0, TAGS_MAX).map((tag) => cut(tag, 64)),
    refs: kind === 'rule' || document.rules === null ? null : document.rules.slice(0, REFERENCES_MAX),
    waits: isWaiting ? 'it has a placeholder without a value' : null,
  };
}
