import { slugSchema } from '@holdfast/contract';
import { z } from 'zod';
import { referenceSchema } from '../config/references.ts';

/** As in a comparison of plain text: claims of a provider are never patterns. */
const claimValue = z.string().min(1).max(256);
/** RFC 6749 §3.3. */
const scope = z
  .string()
  .max(64)
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/u, 'a scope of OAuth 2.0');

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
export const isLoopback = ({ hostname }: URL): boolean => LOOPBACK.has(hostname);

function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

const domainSchema = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(/^(?:\*|[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)$/u, 'a domain such as example.org, or *');

/** Somebody else who can say who a person is (OpenID Connect Core 1.0). */
export const providerSchema = z
  .strictObject({
    /** Stands in the address that the provider leads back to, so it stays as it is. */
    id: slugSchema,
    /** On the button of the sign-in page. */
    name: z.string().min(1).max(64),
    /** As the provider writes it; its description is read from below. */
    issuer: z.string().max(512).refine(isIssuer, 'an https address without query; http on this machine only'),
    /** What the provider knows this Holdfast by. */
    clientId: z.string().min(1).max(512),
    /** Where the secret for it lies; null = the provider knows this as a public client. */
    clientSecret: referenceSchema.nullable().default(null),
    /** How the secret is shown (RFC 6749 §2.3.1); null = as the provider says that it takes it. */
    clientAuthentication: z.enum(['basic', 'post']).nullable().default(null),
    /** What is asked for; always with `openid`. */
    scopes: z.array(scope).min(1).max(16).default(['openid', 'profile', 'email']),
    /** The claim that holds groups: they replace those of the person at each sign-in. Null = groups stay as they are. */
    groupsClaim: z.string().min(1).max(64).nullable().default(null),
    /** Somebody who is not known yet becomes a person. Otherwise people connect their account themselves. */
    create: z.boolean().default(false),
    /** Whose verified e-mail address is of one of these domains; `*` = whomever the provider lets in. Needed for `create`. */
    emailDomains: z.array(domainSchema).max(64).default([]),
    /** What proves two factors. Whoever shows none of it is asked for a second factor here. */
    aal2: z
      .strictObject({
        /** Values of the claim `acr`; they are also asked for. */
        acr: z.array(claimValue).max(16).default([]),
        /** Values of which one has to be in the claim `amr`. */
        amr: z.array(claimValue).max(16).default([]),
      })
      .prefault({}),
  })
  .superRefine((provider, context) => {
    const fault = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
    if (!provider.scopes.includes('openid')) fault(['scopes'], 'must hold openid');
    if (provider.create && provider.emailDomains.length === 0) {
      fault(['emailDomains'], 'create needs the domains of the addresses that may come, or * for whomever the provider lets in');
    }
  });
export type ProviderSettings = z.infer<typeof providerSchema>;

export const identitySchema = z
  .strictObject({
    /** Other ways to sign in, offered on the sign-in pages. */
    providers: z.array(providerSchema).max(16).default([]),
  })
  .superRefine(({ providers }, context) => {
    const repeated = new Set(providers.map(({ id }) => id)).size < providers.length;
    if (repeated) context.addIssue({ code: 'custom', path: ['providers'], message: 'two providers have the same id' });
  });

export const firstOwnerSchema = z
  .strictObject({
    /** One of `identity.providers`. */
    provider: slugSchema.nullable().default(null),
    /** What the provider calls the account: its `sub`, which is never given to somebody else. */
    subject: z.string().min(1).max(255).nullable().default(null),
    /** A verified address, where the subject is not known. */
    email: z.email().max(254).nullable().default(null),
  })
  .prefault({});

export interface MisnamedOwner {
  readonly field: 'provider' | 'subject';
  readonly message: string;
}

/** Null = nobody is named, or somebody who can come. */
export function firstOwnerFault(
  { provider, subject, email }: z.infer<typeof firstOwnerSchema>,
  providers: readonly Pick<ProviderSettings, 'id'>[],
): MisnamedOwner | null {
  const isNamed = subject !== null || email !== null;
  if (provider === null) return isNamed ? { field: 'provider', message: 'whose subject or e-mail address is it?' } : null;
  if (!isNamed) return { field: 'subject', message: 'which account? Its subject, or else its verified e-mail address' };
  const isKnown = providers.some(({ id }) => id === provider);
  return isKnown ? null : { field: 'provider', message: 'must be the id of one of identity.providers' };
}
