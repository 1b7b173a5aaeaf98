import type { Person } from './person.ts';

/** A letter to a person. Only whoever owns the address reads it; it carries no code but the link it is about. */
export interface Notice {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Hands a letter to the post. Never waits for it and never fails: what a stranger sees must not depend on it. */
export type Notify = (notice: Notice) => void;

const CLOSING = 'If this was not you, sign in and end all sessions, or ask whoever runs this service.';

const WORDS = {
  'password-changed': ['Your password was changed', `Your password was changed and all your sessions were ended.\n\n${CLOSING}`],
  'factor-enrolled': ['A second factor was added', `A second factor was added to your account.\n\n${CLOSING}`],
  'factor-removed': ['A second factor was removed', `A second factor was removed from your account.\n\n${CLOSING}`],
  'factors-reset': [
    'Your second factors were reset',
    `An operator removed all your second factors. The next sign-in asks you to enrol a new one.\n\n${CLOSING}`,
  ],
  'admin-recovered': [
    'An administrator was given a new start',
    `The operator of the host removed the password and the second factors of an administrator and made a link for a new start.\n\n${CLOSING}`,
  ],
  'recovery-used': [
    'A recovery code was used',
    `One of your recovery codes was used to sign in. It is worthless now. Please enrol a new second factor.\n\n${CLOSING}`,
  ],
  'new-device': [
    'A sign-in from a new device',
    `Somebody signed in to your account with a browser that was not used for it before.\n\n${CLOSING}`,
  ],
  'session-ended': [
    'You were signed out to protect your account',
    `A session of yours was used from two places at once, so it was ended. Sign in again; nothing else is needed.\n\n${CLOSING}`,
  ],
  'locked-out': [
    'Many wrong passwords',
    'Somebody typed many wrong passwords for your account. Devices that you signed in with before are not affected; others have to wait.',
  ],
  'provider-connected': [
    'Another way to sign in was added',
    `An account at another service was connected with yours: whoever has it can sign in as you.\n\n${CLOSING}`,
  ],
  'provider-disconnected': [
    'A way to sign in was removed',
    `An account at another service was disconnected from yours.\n\n${CLOSING}`,
  ],
  'sign-up-again': [
    'You have an account already',
    'Somebody, perhaps you, asked for an account with this address. You have one: sign in, or ask for a new password.',
  ],
} as const;

export type NoticeKind = keyof typeof WORDS;

/** Null = there is nowhere to write to. */
export function noticeTo(person: Pick<Person, 'email' | 'display'>, kind: NoticeKind): Notice | null {
  if (person.email === null) return null;
  const [subject, text] = WORDS[kind];
  return { to: person.email, subject, text: `Hello ${person.display},\n\n${text}\n` };
}

export interface LinkNotice {
  readonly kind: 'invite' | 'sign-up' | 'reset';
  readonly link: string;
  readonly expiresAt: number;
}

const LINK_WORDS = {
  invite: ['Your invitation', 'You were invited. Choose a password under this address'],
  'sign-up': ['Your new account', 'Somebody, perhaps you, asked for an account with this address. Go on here'],
  reset: ['A new password', 'Somebody, perhaps you, asked for a new password. Choose it under this address'],
} as const;

export function linkNotice(person: Pick<Person, 'email' | 'display'>, { kind, link, expiresAt }: LinkNotice): Notice | null {
  if (person.email === null) return null;
  const until = new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ');
  const [subject, text] = LINK_WORDS[kind];
  const rest =
    kind === 'reset' ? '\nYour second factor is asked for as always. If you did not ask, there is nothing to do.\n' : '';
  return {
    to: person.email,
    subject,
    text: `Hello ${person.display},\n\n${text} (once, until ${until} UTC):\n\n${link}\n${rest}`,
  };
}
