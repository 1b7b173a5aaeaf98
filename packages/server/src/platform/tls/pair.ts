import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { normaliseAddress, normaliseServerName } from './server-name.ts';

/** A certificate chain (leaf first) and its private key, both PEM. */
export interface PairPem {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A pair that was proven usable at the moment it was read. */
export interface CertificatePair extends PairPem {
  readonly names: readonly string[];
  readonly subject: string;
  readonly issuer: string;
  readonly fingerprint: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export const CERT_CHARS_MAX = 131_072;
export const KEY_CHARS_MAX = 16_384;
export const CHAIN_LENGTH_MAX = 10;
export const NAMES_MAX = 100;
const RSA_BITS_MIN = 2048;
const SERVER_AUTH_OID = '1.3.6.1.5.5.7.3.1';
const ANY_USAGE_OID = '2.5.29.37.0';

/** What is wrong with a pair, and what the operator does about it: these words reach the console, so no input is quoted. */
export const PAIR_FAULTS = {
  'too-large': 'The certificate or key is larger than any real one; check that the paths point at PEM files.',
  'certificate-unreadable': 'The certificate is not PEM or is cut off; write it to a new file and move that into place.',
  'key-unreadable': 'The private key is not PEM, is cut off or has a passphrase; store it as unencrypted PKCS#8, mode 0600.',
  'key-mismatch': 'The private key does not belong to the certificate; install the pair that was issued together.',
  'chain-order': 'The chain is out of order; put the server certificate first, then each issuer of the one before it.',
  'names-missing': 'The certificate has no usable subject alternative name; reissue it with the host names in it.',
  'usage-wrong': 'The certificate may not be used by servers (extended key usage); reissue it for server authentication.',
  'not-yet-valid': 'The certificate is not valid yet; check the clock of this machine.',
  expired: 'The certificate has expired; renew it.',
  'key-weak': 'The key or signature is too weak for TLS; use ECDSA P-256 or RSA with 2048 bits or more, signed with SHA-256.',
} as const;
export type PairFault = keyof typeof PAIR_FAULTS;

export type PairReading =
  | { readonly kind: 'usable'; readonly pair: CertificatePair }
  | { readonly kind: 'refused'; readonly fault: PairFault };

const refused = (fault: PairFault): PairReading => ({ kind: 'refused', fault });

/** Reads and proves a pair: parses, belongs together, in order, for servers, valid at `nowMs`. Never throws on bad input. */
export function readPair(pem: PairPem, nowMs: number): PairReading {
  if (pem.certPem.length > CERT_CHARS_MAX || pem.keyPem.length > KEY_CHARS_MAX) return refused('too-large');
  const chain = readChain(pem.certPem);
  const leaf = chain?.[0];
  if (chain === undefined || leaf === undefined) return refused('certificate-unreadable');
  const key = readKey(pem.keyPem);
  if (key === undefined) return refused('key-unreadable');
  const names = namesOf(leaf);
  const fault = keyFault(leaf, key) ?? chainFault(chain) ?? leafFault(leaf, names, nowMs);
  if (fault !== undefined) return refused(fault);
  const pair: CertificatePair = {
    certPem: pem.certPem,
    keyPem: pem.keyPem,
    names,
    subject: oneLine(leaf.subject) || (names[0] ?? ''),
    issuer: oneLine(leaf.issuer),
    fingerprint: leaf.fingerprint256,
    notBeforeMs: leaf.validFromDate.getTime(),
    notAfterMs: leaf.validToDate.getTime(),
  };
  return { kind: 'usable', pair };
}

const oneLine = (name: string): string => name.replaceAll('\n', ', ');

function readChain(certPem: string): X509Certificate[] | undefined {
  const blocks = certPem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  // A file cut off in its second certificate still has a whole first one: count the openings, not only the whole blocks.
  const openings = certPem.split('-----BEGIN CERTIFICATE-----').length - 1;
  if (blocks.length === 0 || blocks.length > CHAIN_LENGTH_MAX || openings !== blocks.length) return undefined;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

function readKey(keyPem: string): KeyObject | undefined {
  try {
    return createPrivateKey(keyPem);
  } catch {
    return undefined;
  }
}

function keyFault(leaf: X509Certificate, key: KeyObject): PairFault | undefined {
  if (!leaf.checkPrivateKey(key)) return 'key-mismatch';
  const bits = key.asymmetricKeyDetails?.modulusLength;
  return bits !== undefined && bits < RSA_BITS_MIN ? 'key-weak' : undefined;
}

// RFC 8446 §4.4.2: the sender's certificate comes first, each following one should certify the one before it.
function chainFault(chain: readonly X509Certificate[]): PairFault | undefined {
  const ordered = chain.every((cert, index) => {
    const issuer = chain[index + 1];
    return issuer === undefined || (cert.checkIssued(issuer) && cert.verify(issuer.publicKey));
  });
  return ordered ? undefined : 'chain-order';
}

function leafFault(leaf: X509Certificate, names: readonly string[], nowMs: number): PairFault | undefined {
  // `keyUsage` of Node is the EXTENDED key usage; absent means unrestricted (RFC 5280 §4.2.1.12). Its type forgets that.
  const usages = leaf.keyUsage as string[] | undefined;
  if (usages !== undefined && !usages.includes(SERVER_AUTH_OID) && !usages.includes(ANY_USAGE_OID)) return 'usage-wrong';
  if (names.length === 0 || names.length > NAMES_MAX) return 'names-missing';
  if (leaf.validFromDate.getTime() > nowMs) return 'not-yet-valid';
  return leaf.validToDate.getTime() <= nowMs ? 'expired' : undefined;
}

// Only subject alternative names count, never the common name (RFC 9525 §6.4.4).
function namesOf(leaf: X509Certificate): string[] {
  // Node quotes unusual values and escapes their commas: a split never cuts one open, and no quoted value is a name.
  const names = new Set<string>();
  for (const item of (leaf.subjectAltName ?? '').split(', ')) {
    const dns = item.startsWith('DNS:') ? normaliseServerName(item.slice(4), true) : undefined;
    const address = item.startsWith('IP Address:') ? normaliseAddress(item.slice(11)) : undefined;
    if (dns !== undefined) names.add(dns);
    if (address !== undefined) names.add(address);
  }
  return [...names];
}
