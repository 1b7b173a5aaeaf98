import { isIP } from 'node:net';
import { z } from 'zod';
import { extensions, flag, identifier, reference, some, text, timestamp } from './words.ts';

/** Agents, targets, credentials, markings and signatures (CACAO 2.0 §6 to §10), by the type that their key names. */

const hasVariable = (value: string): boolean => value.includes('$$__');
const address = z.looseObject({
  // The specification takes any URL. The pattern of its schema refuses names that end in more than six letters; here they may.
  url: z.array(text.refine((value) => hasVariable(value) || /^[^\s]{2,2048}$/u.test(value), 'no URL')).optional(),
  ipv4: z.array(text.refine((value) => hasVariable(value) || isIP(value) === 4, 'no IPv4 address')).optional(),
  ipv6: z.array(text.refine((value) => hasVariable(value) || isIP(value) === 6, 'no IPv6 address')).optional(),
  l2mac: z
    .array(text.refine((value) => hasVariable(value) || /^[a-fA-F0-9]{2}(?::[a-fA-F0-9]{2}){5}$/u.test(value), 'no MAC address'))
    .optional(),
  vlan: z.array(z.number().min(0).max(4095)).optional(),
  dname: z.array(text).optional(),
});

/** §10.2. */
const REGIONS = [
  'africa',
  'eastern-africa',
  'middle-africa',
  'northern-africa',
  'southern-africa',
  'western-africa',
  'americas',
  'caribbean',
  'central-america',
  'latin-america-caribbean',
  'northern-america',
  'south-america',
  'asia',
  'central-asia',
  'eastern-asia',
  'southern-asia',
  'south-eastern-asia',
  'western-asia',
  'europe',
  'eastern-europe',
  'northern-europe',
  'southern-europe',
  'western-europe',
  'oceania',
  'antarctica',
  'australia-new-zealand',
  'melanesia',
  'micronesia',
  'polynesia',
];
const TEXTS_OF_PLACE = [
  'name',
  'description',
  'building_details',
  'network_details',
  'country',
  'administrative_area',
  'city',
  'street_address',
  'postal_code',
  'latitude',
  'longitude',
  'precision',
];
const place = z.looseObject({
  ...Object.fromEntries(TEXTS_OF_PLACE.map((name) => [name, text.optional()])),
  region: z.enum(REGIONS).optional(),
});
const contact = z.looseObject({
  email: z.record(z.string(), text).optional(),
  phone: z.record(z.string(), text).optional(),
  contact_details: text.optional(),
});

const agent = <const Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.looseObject({
    type: z.literal(type),
    name: text,
    description: text.optional(),
    location: place.optional(),
    agent_target_extensions: extensions.optional(),
    ...shape,
  });
const machine = { address, authentication_info: identifier.optional(), category: some(text).optional() };
const person = { contact: contact.optional() };

export const AGENTS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['group', agent('group', person)],
  ['individual', agent('individual', person)],
  ['organization', agent('organization', person)],
  ['location', agent('location', { logical: some(text).optional() })],
  ['sector', agent('sector', { sector: text })],
  ['security-category', agent('security-category', { category: some(text) })],
  ['http-api', agent('http-api', { ...machine, port: text.optional() })],
  ['linux', agent('linux', { ...machine, port: text.optional() })],
  ['ssh', agent('ssh', { ...machine, port: text.optional() })],
  ['net-address', agent('net-address', machine)],
]);

const credential = <const Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.looseObject({
    type: z.literal(type),
    name: text.optional(),
    description: text.optional(),
    authentication_info_extensions: extensions.optional(),
    kms: flag.optional(),
    kms_key_identifier: text.optional(),
    ...shape,
  });

export const CREDENTIALS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['http-basic', credential('http-basic', { user_id: text.optional(), password: text.optional() })],
  ['oauth2', credential('oauth2', { oauth_header: text, token: text })],
  ['user-auth', credential('user-auth', { username: text.optional(), password: text.optional() })],
]);

const marking = <const Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.looseObject({
    type: z.literal(type),
    id: identifier,
    created_by: identifier,
    created: timestamp,
    name: text.optional(),
    description: text.optional(),
    revoked: flag.optional(),
    valid_from: timestamp.optional(),
    valid_until: timestamp.optional(),
    labels: some(text).optional(),
    external_references: some(reference).optional(),
    marking_extensions: extensions.optional(),
    ...shape,
  });
const TLP = z.enum(['TLP:RED', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:GREEN', 'TLP:CLEAR']);
/** FIRST IEP. */
const iep = {
  name: text,
  description: text,
  tlp: text,
  iep_version: z.number().int(),
  start_date: timestamp,
  end_date: timestamp.nullable(),
  encrypt_in_transit: text,
  permitted_actions: text,
  affected_party_notifications: text,
  attribution: text,
  unmodified_resale: text,
  // Texts, as IEP has them. The schema wants references at the same time, which nothing can be.
  external_references: z.array(text),
};

export const MARKINGS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['marking-tlp', marking('marking-tlp', { tlpv2_level: TLP })],
  ['marking-statement', marking('marking-statement', { statement: text })],
  ['marking-iep', marking('marking-iep', iep)],
]);

export const EXTENSIONS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  [
    'extension-definition',
    z.looseObject({
      type: z.literal('extension-definition'),
      name: text,
      created_by: identifier,
      schema: text,
      version: text,
      description: text.optional(),
      external_references: z.array(reference).optional(),
    }),
  ],
]);

const KEYS = ['public_key', 'public_cert_chain', 'cert_url', 'thumbprint'] as const;
export const signature = z
  .looseObject({
    type: z.literal('jss'),
    id: identifier,
    created: timestamp,
    modified: timestamp,
    signee: text,
    related_to: identifier,
    related_version: timestamp,
    hash_algorithm: text,
    algorithm: text,
    value: text,
    created_by: identifier.optional(),
    revoked: flag.optional(),
    valid_from: timestamp.optional(),
    valid_until: timestamp.optional(),
    public_key: text.optional(),
    public_cert_chain: some(text).optional(),
    cert_url: text.optional(),
    thumbprint: text.optional(),
    get signature(): z.ZodOptional<z.ZodType> {
      return signature.optional();
    },
  })
  .refine((value) => KEYS.filter((key) => value[key] !== undefined).length === 1, `one of ${KEYS.join(', ')} is needed`);
