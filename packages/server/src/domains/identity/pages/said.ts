import type { Refused } from '../sign-in/steps.ts';

/** "about 3 minutes": rounded up, so that whoever waits that long is not too early. */
function wait(seconds: number | null): string {
  if (seconds === null) return 'a while';
  if (seconds <= 90) return `${Math.max(1, Math.ceil(seconds))} seconds`;
  return `about ${Math.ceil(seconds / 60)} minutes`;
}

/** A refusal in words. None of them says whether an account exists (ASVS 5.0 6.3.8). */
export function sayRefused({ cause, retryAfterSeconds }: Refused): string {
  switch (cause) {
    case 'credentials':
      return 'The name or the password is not right.';
    case 'code':
      return 'That was not right, or it was used before. Try again.';
    case 'ended':
      return 'This sign-in is over. Begin again.';
    case 'locked':
      return `Too many tries. Try again in ${wait(retryAfterSeconds)}.`;
    case 'away':
      return 'The other service does not answer as it should. Try again in a moment, or sign in here another way.';
    case 'denied':
      return 'The other service did not confirm that it is you.';
    case 'unconnected':
      return 'That account belongs to nobody here. Sign in another way and connect it on the page of your account, or ask for an invitation.';
    case 'link':
      return 'This link cannot be used: it is wrong, was used before, or is too old. Ask for a new one.';
    default:
      return cause satisfies never;
  }
}

/** RFC 9110 §15.5.21 for what was typed wrong: 401 would have to name an authentication scheme of HTTP. */
export const refusedStatus = ({ cause }: Refused): number => STATUS.get(cause) ?? 422;
const STATUS: ReadonlyMap<Refused['cause'], number> = new Map([
  ['locked', 429],
  ['away', 503],
  ['unconnected', 403],
]);

/** What a page says above its form after a redirect. Only these words can be shown: an address cannot put others there. */
const NOTES = new Map<string, string>([
  ['ended', 'That sign-in is over, or took too long. Begin again.'],
  ['password', 'Your password was changed, and all your sessions ended. Sign in with the new one.'],
  ['factor', 'Your second factor was set up.'],
  ['removed', 'The factor was removed.'],
  ['connected', 'The account was connected: from now on you can sign in with it.'],
  ['disconnected', 'The account was disconnected.'],
  ['session', 'The session was ended.'],
  ['sessions', 'All other sessions were ended.'],
  ['renew', 'You used a recovery code. If your authenticator is lost, set up a new one below and remove the old one.'],
  ['confirmed', 'Thank you. For the next five minutes you can change what is on this page.'],
]);

export const sayNote = (note: string | null): string | null => (note === null ? null : (NOTES.get(note) ?? null));
