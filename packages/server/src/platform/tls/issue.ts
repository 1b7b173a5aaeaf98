import { createHash, createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type * as X509 from '@peculiar/x509';
import { NAME_CONSTRAINTS_OID, encodeNameConstraints } from './name-constraints.ts';
import type { PairPem } from './pair.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const SERVER_AUTH_OID = '1.3.6.1.5.5.7.3.1';
/** RFC 8737 §6.1: id-pe-acmeIdentifier. */
const ACME_IDENTIFIER_OID = '1.3.6.1.5.5.7.1.31';
const SERIAL_BYTES = 16;

export interface IssueTimes {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

type KeyPair = webcrypto.CryptoKeyPair;

// Loaded on first use: most starts issue nothing, and the library with its reflection polyfill takes a tenth of a second.
async function loadX509(): Promise<typeof X509> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

const newKeys = (): Promise<KeyPair> => webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);

/** A P-256 key as PKCS#8 PEM. */
async function keyPemOf(keys: KeyPair): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const pem = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
  return pem.toString();
}

// RFC 5280 §4.1.2.2: positive and unguessable; a cleared top bit keeps DER from adding a sign octet.
function newSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function generate(params: Parameters<typeof X509.X509CertificateGenerator.create>[0]): Promise<string> {
  const x509 = await loadX509();
  const cert = await x509.X509CertificateGenerator.create(params, webcrypto);
  return `${cert.toString('pem')}\n`;
}

const dates = (times: IssueTimes): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(times.notBeforeMs),
  notAfter: new Date(times.notAfterMs),
});

export interface AuthorityRequest extends IssueTimes {
  readonly commonName: string;
  readonly domains: readonly string[];
}

/** A root that signs leaves only (path length 0), for servers only, inside the given domains and local addresses only. */
export async function issueAuthority(request: AuthorityRequest): Promise<PairPem> {
  const x509 = await loadX509();
  const keys = await newKeys();
  const name = `CN=${request.commonName}`;
  const extensions: X509.Extension[] = [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    new x509.ExtendedKeyUsageExtension([SERVER_AUTH_OID]),
    new x509.Extension(NAME_CONSTRAINTS_OID, true, encodeNameConstraints(request.domains)),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
  ];
  const certPem = await generate({
    ...dates(request),
    subject: name,
    issuer: name,
    serialNumber: newSerial(),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: ECDSA,
    extensions,
  });
  return { certPem, keyPem: await keyPemOf(keys) };
}

export interface LeafRequest extends IssueTimes {
  readonly authority: PairPem;
  readonly names: readonly string[];
}

/** A server certificate signed by the authority, which is not sent along: whoever trusts it has it (RFC 8446 §4.4.2). */
export async function issueLeaf(request: LeafRequest): Promise<PairPem> {
  const x509 = await loadX509();
  const keys = await newKeys();
  const authority = new x509.X509Certificate(request.authority.certPem);
  const der = createPrivateKey(request.authority.keyPem).export({ format: 'der', type: 'pkcs8' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, ECDSA, false, ['sign']);
  const certPem = await generate({
    ...dates(request),
    subject: 'CN=Holdfast local certificate',
    issuer: authority.subject,
    serialNumber: newSerial(),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH_OID]),
      new x509.SubjectAlternativeNameExtension(request.names.map(generalName)),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey, false, webcrypto),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
    ],
  });
  return { certPem, keyPem: await keyPemOf(keys) };
}

const generalName = (value: string): { type: 'ip' | 'dns'; value: string } => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value });

export interface ChallengeRequest extends IssueTimes {
  readonly name: string;
  readonly keyAuthorization: string;
}

/** The self-signed certificate that answers TLS-ALPN-01: one name and the digest of the key authorization (RFC 8737 §3). */
export async function issueChallenge(request: ChallengeRequest): Promise<PairPem> {
  const x509 = await loadX509();
  const keys = await newKeys();
  const digest = createHash('sha256').update(request.keyAuthorization, 'utf8').digest();
  // The extension value is itself a DER OCTET STRING of 32 bytes: tag 4, length 32.
  const authorization = Buffer.concat([Buffer.from([0x04, digest.length]), digest]);
  const certPem = await generate({
    ...dates(request),
    subject: `CN=${request.name.length <= 64 ? request.name : 'challenge'}`,
    issuer: 'CN=Holdfast challenge',
    serialNumber: newSerial(),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: request.name }]),
      new x509.Extension(ACME_IDENTIFIER_OID, true, authorization),
    ],
  });
  return { certPem, keyPem: await keyPemOf(keys) };
}

export interface TemporaryRequest extends IssueTimes {
  readonly names: readonly string[];
}

/** Self-signed and kept nowhere: for a listener that can say only that its real key is not there. */
export async function issueTemporary(request: TemporaryRequest): Promise<PairPem> {
  const x509 = await loadX509();
  const keys = await newKeys();
  const certPem = await generate({
    ...dates(request),
    subject: 'CN=Holdfast sealed',
    issuer: 'CN=Holdfast sealed',
    serialNumber: newSerial(),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: ECDSA,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH_OID]),
      new x509.SubjectAlternativeNameExtension(request.names.map(generalName)),
    ],
  });
  return { certPem, keyPem: await keyPemOf(keys) };
}
