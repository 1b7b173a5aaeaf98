import type { ActionRequest } from '@holdfast/contract';

/** What a form can ask for; the rest is for playbooks and the command line. */
export const ASKABLE = [
  'preserve-evidence',
  'ban-source',
  'revoke-sessions',
  'lock-account',
  'require-step-up',
  'rotate-secret',
  'quarantine-route',
  'quarantine-application',
  'read-only',
  'notify',
] as const satisfies readonly ActionRequest['action'][];
export type Askable = (typeof ASKABLE)[number];

export interface Typed {
  /** Address, person, secret or title, by the action. */
  readonly subject: string;
  readonly application: string;
  readonly route: string;
  readonly text: string;
  /** Empty = until it is undone. */
  readonly minutes: string;
}
export const NOTHING_TYPED: Typed = { subject: '', application: '', route: '/', text: '', minutes: '60' };

/** What the field for the subject asks for; null = there is none. */
export const SUBJECT_WORDS: Readonly<Record<Askable, string | null>> = {
  'preserve-evidence': null,
  'ban-source': 'Address or network',
  'revoke-sessions': 'Person (id)',
  'lock-account': 'Person (id)',
  'require-step-up': 'Person (id)',
  'rotate-secret': 'Secret (application/environment/name)',
  'quarantine-route': null,
  'quarantine-application': null,
  'read-only': null,
  notify: 'Title',
};

const TIMED: ReadonlySet<Askable> = new Set(['ban-source', 'quarantine-route', 'quarantine-application', 'read-only']);
export const isTimed = (action: Askable): boolean => TIMED.has(action);
const OF_APPLICATION: ReadonlySet<Askable> = new Set(['quarantine-route', 'quarantine-application', 'read-only']);
export const needsApplication = (action: Askable): boolean => OF_APPLICATION.has(action);

/** As the API takes it; what is wrong with it the API says. */
export function actionOf(action: Askable, typed: Typed): ActionRequest {
  const { subject, application, route, text, minutes } = typed;
  const forSeconds = minutes.trim() === '' ? null : Math.round(Number(minutes) * 60);
  switch (action) {
    case 'preserve-evidence':
      return { action, parameters: { hours: 24 } };
    case 'ban-source':
      return { action, parameters: { prefix: subject.trim(), forSeconds } };
    case 'revoke-sessions':
      return { action, parameters: { scope: 'person', id: subject.trim() } };
    case 'lock-account':
    case 'require-step-up':
      return { action, parameters: { person: subject.trim() } };
    case 'rotate-secret':
      return { action, parameters: { secret: subject.trim() } };
    case 'quarantine-route':
      return { action, parameters: { application, method: '*', route: route.trim(), allow: [], forSeconds } };
    case 'quarantine-application':
    case 'read-only':
      return { action, parameters: { application, allow: [], forSeconds } };
    case 'notify':
      return { action, parameters: { channel: null, title: subject.trim(), text } };
  }
}
