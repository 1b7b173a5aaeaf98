import { z } from 'zod';

/** Crockford base32 without I, L, O, U: what a person reads aloud from a block page. */
export const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export const requestIdSchema = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{12}$/u, 'a request id: 12 digits and capital letters');
export const ulidSchema = z
  .string()
  .regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/u, 'an id: 26 digits and capital letters, as lists show it');
export const slugSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u, 'lower-case letters, digits and inner hyphens, at most 63');
/** A host name or address as it stands in `Host`, lower case, without the port. */
export const hostNameSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(/^(?:[a-z0-9_*](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/u, 'a lower-case host name without port');
/** `192.0.2.0/24`, `2001:db8::/32` or one address. Checked for meaning by the prefix trie, here for shape and length only. */
export const prefixSchema = z
  .string()
  .min(2)
  .max(49)
  .regex(/^[0-9a-fA-F:.]+(?:\/\d{1,3})?$/u, 'an IPv4 or IPv6 address or prefix');
export const timestampSchema = z.number().int().nonnegative();

/** Attack classes that inspection can find; equal to the groups of `@holdfast/inspect` (a test holds them together). */
export const RULE_GROUPS = [
  'sqli',
  'nosql',
  'xss',
  'cmdi',
  'traversal',
  'inclusion',
  'ssrf',
  'ssti',
  'xxe',
  'ldap',
  'xpath',
  'jndi',
  'code',
  'deserialisation',
  'pollution',
  'crlf',
  'scanner',
] as const;
export type RuleGroup = (typeof RULE_GROUPS)[number];

/** Where in a request a value was found; equal to `Location` of `@holdfast/inspect`. */
export const LOCATIONS = ['path', 'query', 'form', 'json', 'multipart', 'file-name', 'cookie', 'header', 'xml', 'text'] as const;

/** What a field of a request is for; equal to `FieldContext` of `@holdfast/inspect`. */
export const FIELD_CONTEXTS = ['free-text', 'html', 'search', 'url', 'identifier'] as const;
