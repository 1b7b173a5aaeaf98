import type { Answered, Detection } from '@holdfast/contract';
import { subjectOf } from './entities.ts';
import { beginFold, type Folded, type Hashed } from './fold.ts';
import type { AlertParts } from './alert-parts.ts';
import type { Details } from './sealed.ts';
import type { AlertRow } from './tables.ts';

/** An alert while a batch of detections is folded into it. */
export interface Draft {
  readonly id: string;
  /** As it is stored; null = it is new. */
  readonly row: AlertRow | null;
  readonly detector: string;
  /** Keyed name of whom it is about. */
  readonly entity: string;
  readonly first: Pick<Detection, 'kind' | 'title' | 'application'>;
  readonly opened: Details['opened'];
  readonly answered: readonly Answered[];
  folded: Folded;
  /** What detectors asked for in this batch. */
  wanted: Detection['answers'];
}

export const entityHash = ({ pseudonym }: Pick<AlertParts, 'pseudonym'>, { entities }: Pick<Detection, 'entities'>): string => {
  const [entity] = entities;
  // The schema of detections asks for one at least.
  if (entity === undefined) throw new Error('assertion: a detection is about somebody');
  return pseudonym(subjectOf(entity));
};

interface Begun {
  readonly id: string;
  readonly digest: string;
  /** The record that says so. */
  readonly opened: Details['opened'];
}

export function newDraft(parts: AlertParts, found: Hashed, { id, digest, opened }: Begun): Draft {
  const { kind, title, application, detector, answers } = found;
  return {
    id,
    row: null,
    detector,
    entity: entityHash(parts, found),
    first: { kind, title, application },
    opened,
    answered: [],
    folded: beginFold(found, digest),
    wanted: answers,
  };
}

/** What is stored, opened to go on. */
export function storedDraft({ seal }: AlertParts, row: AlertRow): Draft {
  const { reason, answered } = seal.openSummary(row.id, row.summary);
  const { opened, ...details } = seal.openDetails(row.id, row.details);
  return {
    id: row.id,
    row,
    detector: row.detector,
    entity: row.entity,
    first: { kind: row.kind, title: row.title, application: row.application },
    opened,
    answered,
    folded: { times: row.times, severity: row.severity, firstAt: row.first_at, lastAt: row.last_at, reason, ...details },
    wanted: [],
  };
}
