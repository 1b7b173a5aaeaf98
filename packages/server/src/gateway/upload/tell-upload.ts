import { uploadEvents } from '@holdfast/contract';
import type { FileFacts } from '@holdfast/contract';
import type { Exchange } from '../exchange.ts';
import type { Delivered, SeenFile } from './verdict.ts';

const NAME_MAX = 255;
const TYPE_MAX = 128;
const FIELD_MAX = 256;
const FINDINGS_MAX = 32;
const STEPS_MAX = 8;
const DETAIL_MAX = 200;

/** A file as events and questions name it, cut to their limits. */
export function factsOf({ file, foundType, findings, scans }: SeenFile): FileFacts {
  return {
    hash: file.hash,
    bytes: file.content.size,
    name: file.name.slice(0, NAME_MAX),
    declaredType: file.declaredType?.slice(0, TYPE_MAX) ?? null,
    foundType,
    field: file.field.slice(0, FIELD_MAX),
    findings: findings.slice(0, FINDINGS_MAX),
    scans: [...scans],
  };
}

export type Told =
  /** Null = what came. */
  | { readonly kind: 'passed'; readonly delivered: Delivered | null }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'held'; readonly cause: 'unscanned' | 'policy'; readonly upload: string | null }
  | { readonly kind: 'infected'; readonly upload: string | null };

/** One event a file, whatever became of it. */
export function tellUpload(exchange: Exchange, seen: SeenFile, told: Told): void {
  const { type, version, severity } = uploadEvents[told.kind];
  const facts = factsOf(seen);
  const isRecorded = told.kind === 'passed' && facts.findings.length > 0;
  exchange.emit({
    type,
    version,
    severity,
    outcome: told.kind === 'passed' ? (isRecorded ? 'recorded' : 'allowed') : 'refused',
    reason: told.kind === 'refused' ? `upload-${told.reason}` : isRecorded ? `upload-${facts.findings[0]?.code}` : null,
    payload: {
      ...facts,
      ...(told.kind === 'held' ? { cause: told.cause } : {}),
      ...('upload' in told ? { upload: told.upload } : {}),
      ...('delivered' in told && told.delivered !== null ? { delivered: { ...told.delivered } } : {}),
    },
  });
  const { steps } = exchange.record;
  if (steps.filter(({ step }) => step === 'upload').length >= STEPS_MAX) return;
  steps.push({ step: 'upload', verdict: isRecorded ? 'recorded' : told.kind, detail: wordsOf(facts, told) });
}

function wordsOf({ foundType, bytes, findings, scans }: FileFacts, told: Told): string {
  const codes = findings.map(({ code }) => code).join(' ');
  const scanned = scans.map(({ scanner, verdict }) => `${scanner} ${verdict}`).join(' ');
  const changed = 'delivered' in told ? (told.delivered?.how ?? '') : '';
  const words = [foundType ?? 'unknown', `${bytes} bytes`, codes, scanned, changed].filter((word) => word !== '');
  return words.join(', ').slice(0, DETAIL_MAX);
}
