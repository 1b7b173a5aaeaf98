import type { ProviderSettings } from './settings.ts';

const TEXT_MAX = 256;
/** OpenID Connect Core §2: a subject has at most 255 ASCII characters. */
const SUBJECT_MAX = 255;
const LIST_MAX = 64;

/** What a provider says of somebody, as far as it is of use. */
export interface ProviderClaims {
  /** Of the ID token itself, which the library compared with the provider's. */
  readonly issuer: string;
  readonly subject: string;
  /** The claims of the ID token prove two factors, as the settings of the provider say. */
  readonly isAal2: boolean;
  /** Only if the provider says that it was verified. */
  readonly email: string | null;
  readonly display: string | null;
  /** Null = the settings name no such claim. */
  readonly groups: readonly string[] | null;
}

type Claims = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= TEXT_MAX ? value : null;

/** Own properties only: the name of a claim is a setting, and must not find what every object has. */
const claimOf = (claims: Claims, name: string): unknown => (Object.hasOwn(claims, name) ? claims[name] : undefined);

function listOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, LIST_MAX).flatMap((one: unknown) => textOf(one) ?? []);
}

/** A claim of the signed token counts before one of the user info. How somebody signed in is taken from the token alone. */
export function readClaims(
  idToken: Claims & { readonly iss: string; readonly sub: string },
  info: Claims,
  { aal2, groupsClaim }: Pick<ProviderSettings, 'aal2' | 'groupsClaim'>,
): ProviderClaims {
  const { iss, sub } = idToken;
  if (sub.length === 0 || sub.length > SUBJECT_MAX) throw new Error('assertion: a subject of a usable length');
  const of = (name: string): unknown => claimOf(idToken, name) ?? claimOf(info, name);
  const acr = textOf(idToken['acr']);
  const amr = listOf(idToken['amr']);
  // From the same source: the word of one about the address of the other proves nothing.
  const source = textOf(idToken['email']) === null ? info : idToken;
  const isVerified = source['email_verified'] === true;
  return {
    issuer: iss,
    subject: sub,
    isAal2: (acr !== null && aal2.acr.includes(acr)) || amr.some((one) => aal2.amr.includes(one)),
    email: isVerified ? textOf(source['email']) : null,
    display: textOf(of('name')),
    groups: groupsClaim === null ? null : listOf(of(groupsClaim)),
  };
}
