import { randomBytes } from 'node:crypto';
import type { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { z } from 'zod';
import type { StoredPasskey } from '../people/factor-store.ts';
import type { Site } from './steps.ts';

/** Loaded with the first passkey: it brings a good part of ASN.1 along. */
const library = async () => import('@simplewebauthn/server');

/** WebAuthn §13.4.3 asks for 16 at least. */
const CHALLENGE_BYTES = 32;
const CEREMONY_MS = 300_000;
/** A response is a few hundred bytes; attestations are not asked for. */
const FIELD_MAX = 16_384;

const base64url = z
  .string()
  .max(FIELD_MAX)
  .regex(/^[\w-]*$/u);
const common = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  clientExtensionResults: z.record(z.string().max(64), z.json()).optional(),
  authenticatorAttachment: z.string().max(32).nullish(),
};
const assertionSchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.nullish(),
  }),
});
const attestationSchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(32)).max(8).optional(),
  }),
});
export type Assertion = z.infer<typeof assertionSchema>;
export type Attestation = z.infer<typeof attestationSchema>;

export const readAssertion = (response: unknown): Assertion | null => assertionSchema.safeParse(response).data ?? null;
export const readAttestation = (response: unknown): Attestation | null => attestationSchema.safeParse(response).data ?? null;

export const newWebAuthnChallenge = (): string => randomBytes(CHALLENGE_BYTES).toString('base64url');

interface Offer {
  readonly challenge: string;
  readonly rpId: string;
}
type Options = Readonly<Record<string, unknown>>;

/** `allowed` empty = whichever passkey for this host the visitor has (usernameless). */
export async function assertionOptions({ challenge, rpId }: Offer, allowed: readonly StoredPasskey[]): Promise<Options> {
  const options = await (
    await library()
  ).generateAuthenticationOptions({
    rpID: rpId,
    challenge: Buffer.from(challenge, 'base64url'),
    timeout: CEREMONY_MS,
    // A passkey stands for two factors only if it checks its owner (ASVS 5.0 6.3.3).
    userVerification: 'required',
    allowCredentials: allowed.map(({ credentialId, transports }) => ({ id: credentialId, transports: [...transports] })),
  });
  return { ...options };
}

export async function attestationOptions(
  { challenge, rpId }: Offer,
  person: { readonly id: string; readonly name: string; readonly display: string; readonly existing: readonly StoredPasskey[] },
): Promise<Options> {
  const options = await (
    await library()
  ).generateRegistrationOptions({
    rpName: rpId,
    rpID: rpId,
    challenge: Buffer.from(challenge, 'base64url'),
    timeout: CEREMONY_MS,
    // Never the name: it is kept on the key in clear (WebAuthn §14.6.1).
    userID: new Uint8Array(Buffer.from(person.id)),
    userName: person.name,
    userDisplayName: person.display,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    excludeCredentials: person.existing.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
  });
  return { ...options };
}

interface Expected {
  readonly offer: Offer;
  readonly site: Site;
}

/** The new counter, or null: wrong origin, host, challenge, signature, counter, or the owner was not verified. */
export async function verifyAssertion(
  response: Assertion,
  { offer, site, passkey }: Expected & { readonly passkey: StoredPasskey },
): Promise<number | null> {
  if (passkey.rpId !== site.rpId || offer.rpId !== site.rpId) return null;
  const { userHandle } = response.response;
  if (typeof userHandle === 'string' && userHandle !== Buffer.from(passkey.person).toString('base64url')) return null;
  try {
    const { verified, authenticationInfo } = await (
      await library()
    ).verifyAuthenticationResponse({
      // The schema has checked every field that is read; the library's own type also lists what no verifier uses.
      response: response as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge: offer.challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter,
      },
    });
    return verified && authenticationInfo.userVerified ? authenticationInfo.newCounter : null;
  } catch {
    // The library says no by throwing.
    return null;
  }
}

export type NewPasskey = Pick<StoredPasskey, 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'rpId'>;

export async function verifyAttestation(response: Attestation, { offer, site }: Expected): Promise<NewPasskey | null> {
  if (offer.rpId !== site.rpId) return null;
  try {
    const { verified, registrationInfo } = await (
      await library()
    ).verifyRegistrationResponse({
      // As above.
      response: response as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge: offer.challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
    });
    if (!verified || !registrationInfo.userVerified) return null;
    const { id, publicKey, counter } = registrationInfo.credential;
    const transports = response.response.transports ?? [];
    return { credentialId: id, publicKey: Buffer.from(publicKey).toString('base64url'), counter, transports, rpId: site.rpId };
  } catch {
    return null;
  }
}
