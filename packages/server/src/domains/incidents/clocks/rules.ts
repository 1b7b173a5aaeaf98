import type { ClockRule } from '@holdfast/contract';

const rule = (given: Pick<ClockRule, 'id' | 'title' | 'source' | 'to'> & Partial<ClockRule>): ClockRule => ({
  hours: null,
  months: null,
  after: null,
  isOn: true,
  isBuiltIn: true,
  ...given,
});

/** What European law asks for. All are on: one that does not apply is switched off, one that was forgotten is found by nobody. */
export const BUILT_IN: readonly ClockRule[] = [
  rule({
    id: 'gdpr-33',
    title: 'Notification of the supervisory authority',
    source: 'Regulation (EU) 2016/679 (GDPR), Article 33(1)',
    hours: 72,
    to: 'authority',
  }),
  rule({
    id: 'gdpr-34',
    title: 'Communication to the data subjects',
    source: 'Regulation (EU) 2016/679 (GDPR), Article 34(1)',
    to: 'subjects',
  }),
  rule({
    id: 'nis2-early-warning',
    title: 'Early warning to the CSIRT or competent authority',
    source: 'Directive (EU) 2022/2555 (NIS2), Article 23(4)(a)',
    hours: 24,
    to: 'authority',
  }),
  rule({
    id: 'nis2-notification',
    title: 'Incident notification to the CSIRT or competent authority',
    source: 'Directive (EU) 2022/2555 (NIS2), Article 23(4)(b)',
    hours: 72,
    to: 'authority',
  }),
  rule({
    id: 'nis2-final',
    title: 'Final report to the CSIRT or competent authority',
    source: 'Directive (EU) 2022/2555 (NIS2), Article 23(4)(d)',
    months: 1,
    // "Not later than one month after the submission of the incident notification under point (b)".
    after: 'nis2-notification',
    to: 'authority',
  }),
];

export const builtIn = (id: string): ClockRule | null => BUILT_IN.find((one) => one.id === id) ?? null;
