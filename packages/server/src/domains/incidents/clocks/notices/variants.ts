import type { ClockRule } from '@holdfast/contract';
import type { Facts } from './facts.ts';
import { delay, indicators, measures, severity, suspicion, toFillIn, whom, what, type Section } from './sections.ts';

type Variant = (facts: Facts) => readonly Section[];

const contact = (title: string): Section =>
  toFillIn(title, 'Name and contact details of the data protection officer or other contact point.', 'contact point');
const consequences = (title: string): Section => toFillIn(title, '', 'likely consequences');

/** GDPR, Article 33(3): the order is that of its letters. */
const toAuthority: Variant = (facts) => [
  what(facts, '1. Nature of the breach (Art. 33(3)(a))'),
  whom(facts, '2. Who and what is concerned (Art. 33(3)(a))'),
  contact('3. Contact point (Art. 33(3)(b))'),
  consequences('4. Likely consequences (Art. 33(3)(c))'),
  measures(facts, '5. Measures taken or proposed (Art. 33(3)(d))'),
  ...delay(facts, '6. Reasons for the delay (Art. 33(1))'),
];

/** GDPR, Article 34(2): in clear and plain language; no lists of alerts and of addresses for those concerned. */
const toSubjects: Variant = ({ incident, firstAt, timeline }) => {
  const day = new Date(firstAt).toISOString().slice(0, 10);
  const done = timeline.some(({ lane }) => lane === 'action');
  return [
    toFillIn(
      'What happened',
      `On ${day} we noticed a security incident that concerns personal data.`,
      'what happened, in plain words',
    ),
    toFillIn('Which of your data is concerned', '', 'which data of the reader is concerned'),
    toFillIn('What this can mean for you', '', 'likely consequences for the reader'),
    toFillIn(
      'What we have done',
      done ? 'We have taken measures to stop it and to limit its effects.' : 'We are taking measures to stop it.',
      'measures taken or proposed, in plain words',
    ),
    toFillIn(
      'What you can do',
      'For example: change your password, be wary of letters that ask for data.',
      'advice to the reader',
    ),
    contact('Whom you can ask'),
    { title: 'Reference', body: `Incident ${incident.number}`, missing: [] },
  ];
};

const earlyWarning: Variant = (facts) => [
  what(facts, '1. What is known'),
  suspicion(facts, '2. Cause and reach (Art. 23(4)(a))'),
  contact('3. Contact point'),
  ...delay(facts, '4. Reasons for the delay'),
];

const notification: Variant = (facts) => [
  what(facts, '1. Update of the early warning (Art. 23(4)(b))'),
  suspicion(facts, '2. Cause and reach (Art. 23(4)(a))'),
  severity(facts, '3. Initial assessment: severity and impact (Art. 23(4)(b))'),
  indicators(facts, '4. Indicators of compromise (Art. 23(4)(b))'),
  contact('5. Contact point'),
  ...delay(facts, '6. Reasons for the delay'),
];

const finalReport: Variant = (facts) => [
  what(facts, '1. Detailed description (Art. 23(4)(d)(i))'),
  severity(facts, '2. Severity and impact (Art. 23(4)(d)(i))'),
  toFillIn('3. Type of threat or root cause (Art. 23(4)(d)(ii))', '', 'type of threat or root cause'),
  measures(facts, '4. Mitigation measures, applied and ongoing (Art. 23(4)(d)(iii))'),
  suspicion(facts, '5. Cross-border impact (Art. 23(4)(d)(iv))'),
  ...delay(facts, '6. Reasons for the delay'),
];

const general: Variant = (facts) => [
  what(facts, '1. What happened'),
  whom(facts, '2. Who and what is concerned'),
  contact('3. Contact point'),
  consequences('4. Likely consequences'),
  measures(facts, '5. Measures taken or proposed'),
  ...delay(facts, '6. Reasons for the delay'),
];

const VARIANTS: ReadonlyMap<string, Variant> = new Map([
  ['gdpr-33', toAuthority],
  ['gdpr-34', toSubjects],
  ['nis2-early-warning', earlyWarning],
  ['nis2-notification', notification],
  ['nis2-final', finalReport],
]);

/** Rules of others: what is said to people is plain, everything else holds all there is. */
export const variantOf = ({ id, to }: Pick<ClockRule, 'id' | 'to'>): Variant =>
  VARIANTS.get(id) ?? (to === 'subjects' ? toSubjects : general);
