import type { Trigger } from '@holdfast/contract';

export type Severity = Extract<Trigger, { kind: 'incident' }>['severity'];

/** A trigger as the form holds it: every field a text, whatever the kind. */
export interface TypedTrigger {
  readonly kind: Trigger['kind'];
  readonly severity: Severity;
  readonly detectors: string;
  readonly application: string;
  readonly cron: string;
}

export const NEW_TRIGGER: TypedTrigger = {
  kind: 'incident',
  severity: 'high',
  detectors: '',
  application: '',
  cron: '0 3 * * 1',
};

export const typedFrom = (trigger: Trigger): TypedTrigger => ({
  ...NEW_TRIGGER,
  kind: trigger.kind,
  ...(trigger.kind === 'schedule'
    ? { cron: trigger.cron }
    : { severity: trigger.severity, detectors: trigger.detectors.join(', ') }),
  ...(trigger.kind === 'incident' ? { application: trigger.application ?? '' } : {}),
});

const words = (text: string): string[] =>
  text
    .split(/[\s,]+/u)
    .map((each) => each.trim())
    .filter((each) => each !== '');

export function triggerOf({ kind, severity, detectors, application, cron }: TypedTrigger): Trigger {
  switch (kind) {
    case 'incident':
      return { kind, severity, detectors: words(detectors), application: application === '' ? null : application };
    case 'alert':
      return { kind, severity, detectors: words(detectors) };
    case 'schedule':
      return { kind, cron: cron.trim() };
  }
}
