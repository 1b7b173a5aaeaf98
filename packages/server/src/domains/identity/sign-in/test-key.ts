import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';

/** For tests: a security key in software that can be told to misbehave. ES256, attestation `none` (WebAuthn §6.5, §8.7). */
export interface SoftwareKey {
  readonly id: string;
  counter: number;
  attest(options: Readonly<Record<string, unknown>>, how: Ceremony): unknown;
  assert(options: Readonly<Record<string, unknown>>, how: Ceremony): unknown;
}

export interface Ceremony {
  readonly origin: string;
  readonly rpId: string;
  /** Whether the key says that it verified its owner; left out = it does. */
  readonly isVerified?: boolean;
}

const UP = 0x01;
const UV = 0x04;
const AT = 0x40;
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** The few shapes of CBOR (RFC 8949) that a key needs. */
function cbor(value: unknown): Buffer {
  const head = (major: number, size: number): Buffer => {
    if (size < 24) return Buffer.from([(major << 5) | size]);
    return size < 256 ? Buffer.from([(major << 5) | 24, size]) : Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
  };
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, inner]) => [cbor(key), cbor(inner)])]);
  throw new Error('assert: a shape that a key needs');
}

function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const entries: [number, number | Buffer][] = [
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ];
  return cbor(new Map(entries));
}

export function createSoftwareKey(): SoftwareKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credential = randomBytes(16);
  const id = credential.toString('base64url');

  const authData = ({ rpId, isVerified = true }: Ceremony, counter: number, attested: Buffer): Buffer => {
    const flags = UP | (isVerified ? UV : 0) | (attested.length > 0 ? AT : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), count, attested]);
  };
  const clientData = (type: string, options: Readonly<Record<string, unknown>>, { origin }: Ceremony): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge: options['challenge'], origin, crossOrigin: false }));
  const envelope = (response: Record<string, unknown>) => ({
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response,
  });

  const key: SoftwareKey = {
    id,
    counter: 0,
    attest(options, how) {
      const size = Buffer.alloc(2);
      size.writeUInt16BE(credential.length);
      const attested = Buffer.concat([Buffer.alloc(16), size, credential, coseKey(publicKey)]);
      const parts = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData(how, key.counter, attested)],
      ]);
      return envelope({
        clientDataJSON: clientData('webauthn.create', options, how).toString('base64url'),
        attestationObject: cbor(parts).toString('base64url'),
        transports: ['internal'],
      });
    },
    assert(options, how) {
      key.counter += 1;
      const data = authData(how, key.counter, Buffer.alloc(0));
      const client = clientData('webauthn.get', options, how);
      const signature = createSign('sha256')
        .update(Buffer.concat([data, sha256(client)]))
        .sign(privateKey);
      return envelope({
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
      });
    },
  };
  return key;
}
