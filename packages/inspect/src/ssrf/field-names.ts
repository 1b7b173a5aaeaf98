/** Names of fields whose value the server itself goes to. */
const FETCHED = new Set(
  'url uri src source dest destination target host hostname domain server endpoint webhook callback feed rss proxy fetch image img avatar icon import remote site ping upstream api wsdl logo download load open link href resource document addr address ip backend origin'.split(
    ' ',
  ),
);
const FETCHED_ENDINGS = ['url', 'uri', 'host', 'endpoint', 'webhook', 'hostname', 'server', 'feed', 'proxy'];
/**
 * Names of fields that say where the browser is or goes to, which on a developer's machine is the machine itself. Native
 * applications receive their authorisation on the loopback interface (RFC 8252 §7.3); CSP reports name the page (CSP3 §5).
 */
const BROWSED = new Set(
  'redirect next return returnto continue goto back page location referrer referer ref origin relaystate dl dr u r documenturi documenturl blockeduri sourcefile baseurl homepage website href pageurl currenturl siteurl appurl rooturl weborigin frontendurl publicurl'.split(
    ' ',
  ),
);
const BROWSED_STARTS = [
  'redirect',
  'return',
  'postlogout',
  'success',
  'cancel',
  'logout',
  'signin',
  'allowedorigin',
  'origin',
  'page',
  'cors',
];
/** Fields that send the browser on after a step, inside the application. */
const ONWARD = /^(?:redirect|return|next|continue|goto|back|forward|postlogout)/;
const NAME_LENGTH_MAX = 256;

/** Whom an address in this field is meant for. */
export type Purpose = 'fetched' | 'browsed' | 'unknown';

/**
 * What the last part of a field's name says of an address in it. The name is the client's choice; it is only ever reason to look
 * closer at what has no scheme, and to pass a plain loopback address.
 *
 * @example purposeOf('client.redirect_uris.0') // 'browsed'
 */
export function purposeOf(name: string): Purpose {
  if (name.length > NAME_LENGTH_MAX) return 'unknown';
  const word = lastWord(name);
  const singular = word.endsWith('s') && !BROWSED.has(word) && !FETCHED.has(word) ? word.slice(0, -1) : word;
  if (BROWSED.has(singular) || BROWSED_STARTS.some((start) => singular.startsWith(start))) return 'browsed';
  if (FETCHED.has(singular) || FETCHED_ENDINGS.some((ending) => singular.endsWith(ending))) return 'fetched';
  return 'unknown';
}

/**
 * True for a field out of which the application sends the browser on.
 *
 * @example leadsBrowser('return_to') // true
 */
export function leadsBrowser(name: string): boolean {
  return name.length <= NAME_LENGTH_MAX && ONWARD.test(lastWord(name));
}

function lastWord(name: string): string {
  let last = '';
  for (const part of name.toLowerCase().split(/[.[\]/]/)) if (/[a-z]/.test(part)) last = part;
  return last.replaceAll(/[^a-z]/g, '');
}
