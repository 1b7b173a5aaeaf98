import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** What PostgreSQL itself uses (`scram_iterations`); the passwords are random, so more would only cost logins. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/**
 * What PostgreSQL stores of a password (RFC 5803, RFC 7677). Sent in its place, so that no statement that a server logs, and no
 * extension that sees it, holds the password. The password is ASCII: SASLprep leaves it as it is.
 *
 * @example scramVerifier('x') // 'SCRAM-SHA-256$4096:…$…:…'
 */
export function scramVerifier(password: string, salt: Uint8Array = randomBytes(SALT_BYTES)): string {
  if (!/^[\x21-\x7e]+$/u.test(password)) throw new Error('assertion: a password of ours is printable ASCII');
  const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`;
}
