import { timingSafeEqual } from 'node:crypto';

/** A device that was not seen for so long is a stranger's again. */
const KNOWN_SECONDS = 180 * 86_400;
/** Accounts of one device; the one it signed in to longest ago is forgotten. */
const ACCOUNTS_MAX = 8;
const MAC_CHARS = 43;
const FORM = /^\d{9,11}(?:\.[0-9a-f]{16}){2,9}\.[\w-]{43}$/u;

/** A device and the accounts that it signed in to, as the cookie says it. */
export interface SeenDevice {
  readonly id: string;
  readonly accounts: readonly string[];
}

/** `mac` is keyed; what it signs is for one application only. */
export interface CookieKey {
  readonly application: string;
  readonly mac: (text: string) => string;
}

const signed = ({ application, mac }: CookieKey, text: string): string => mac(`${application} ${text}`).slice(0, MAC_CHARS);

/** Null = a device that never signed in here, or that says so of itself. */
export function readDevice(value: string | null, key: CookieKey, nowSeconds: number): SeenDevice | null {
  if (value === null || !FORM.test(value)) return null;
  const text = value.slice(0, -MAC_CHARS - 1);
  const given = Buffer.from(value.slice(-MAC_CHARS));
  const expected = Buffer.from(signed(key, text));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const [issued = '0', id = '', ...accounts] = text.split('.');
  return nowSeconds - Number(issued) < KNOWN_SECONDS ? { id, accounts } : null;
}

/** The device with one more account. Tags are 16 hexadecimal digits. */
export function writeDevice(
  device: SeenDevice,
  account: string,
  { key, nowSeconds }: { key: CookieKey; nowSeconds: number },
): string {
  const accounts = [account, ...device.accounts.filter((other) => other !== account)].slice(0, ACCOUNTS_MAX);
  const text = [String(nowSeconds), device.id, ...accounts].join('.');
  return `${text}.${signed(key, text)}`;
}
