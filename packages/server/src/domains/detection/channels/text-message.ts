import type { EventRecord } from '@holdfast/contract';
import type { ToldAlert } from './message.ts';
import { trialAlert } from './trial-alert.ts';

/** Words for people that are no alert: an incident, a legal clock, what somebody or a playbook has to say. */
export interface TextMessage {
  readonly title: string;
  readonly text: string;
  readonly severity: EventRecord['severity'];
  /** Null = of none, or of all. */
  readonly application: string | null;
  /** By id or name, whatever it takes otherwise; null = every channel that takes the severity. */
  readonly channel: string | null;
  /** Of the page to look at; null = there is none. */
  readonly link: string | null;
  /** Under one key a channel is told once, and again only when the severity grew. */
  readonly key: string;
}

/** As the letters of channels keep it. */
export function toldText(id: string, { title, text, severity, application, link }: TextMessage, now: number): ToldAlert {
  return { ...trialAlert(id, now), detector: 'message', title, reason: text, severity, application, plain: { link } };
}
