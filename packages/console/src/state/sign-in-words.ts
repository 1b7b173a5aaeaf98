/** RFC 8176 names, as people say them. */
const FACTORS = new Map([
  ['pwd', 'password'],
  ['otp', 'code'],
  ['hwk', 'passkey'],
  ['swk', 'passkey'],
  ['webauthn', 'passkey'],
  ['recovery', 'recovery code'],
  ['fed', 'provider'],
]);

/** `password + code`; what only sums up the others is left out. */
export function sayFactors(amr: readonly string[]): string {
  const words = amr.filter((each) => each !== 'mfa' && each !== 'user').map((each) => FACTORS.get(each) ?? each);
  return words.length === 0 ? 'one factor' : [...new Set(words)].join(' + ');
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** Roughly what a device says it is: enough to know one's own. */
export function sayDevice(userAgent: string | null): string {
  if (userAgent === null || userAgent === '') return 'unknown device';
  const browser = BROWSERS.find(([mark]) => userAgent.includes(mark))?.[1];
  const system = SYSTEMS.find(([mark]) => userAgent.includes(mark))?.[1];
  if (browser === undefined) return userAgent.slice(0, 40);
  return system === undefined ? browser : `${browser} on ${system}`;
}
