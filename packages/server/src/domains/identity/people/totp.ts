import { createHmac, timingSafeEqual } from 'node:crypto';

/** RFC 4226 §4 R6: at least 128 bits, 160 recommended. */
export const SEED_BYTES = 20;
const DIGITS = 6;
const STEP_MS = 30_000;
/** RFC 6238 §5.2: one step to either side for clocks that differ and codes typed slowly. */
const WINDOW_STEPS = 1;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 §6 without padding: authenticator apps take it so. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + BASE32.charAt((held << (5 - bits)) & 31);
}

export const totpStep = (nowMs: number): number => Math.floor(nowMs / STEP_MS);

/** RFC 4226 §5.3. */
export function totpCode(seed: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', seed).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 15;
  const value = digest.readUInt32BE(offset) & 0x7f_ff_ff_ff;
  return String(value % 10 ** DIGITS).padStart(DIGITS, '0');
}

/**
 * The step whose code this is, or null. Steps up to `lastStep` are spent: a code seen over a shoulder or in a proxy opens
 * nothing a second time (RFC 6238 §5.2, ASVS 5.0 6.5.1). All steps are compared, so that time tells nothing.
 */
export function matchTotp(
  seed: Uint8Array,
  code: string,
  when: { readonly now: number; readonly lastStep: number },
): number | null {
  const digits = code.replaceAll(/[\s-]/gu, '');
  if (!/^\d{6}$/u.test(digits)) return null;
  const given = Buffer.from(digits);
  const current = totpStep(when.now);
  let matched: number | null = null;
  for (let step = current - WINDOW_STEPS; step <= current + WINDOW_STEPS; step += 1) {
    const isEqual = timingSafeEqual(given, Buffer.from(totpCode(seed, step)));
    if (isEqual && step > when.lastStep) matched ??= step;
  }
  return matched;
}

/** Key URI as authenticator apps read it; SHA-1, 6 digits and 30 s are what all of them know. */
export function totpUri(secret: string, { issuer, account }: { readonly issuer: string; readonly account: string }): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=6&period=30`;
}
