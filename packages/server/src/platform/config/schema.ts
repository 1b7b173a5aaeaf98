import {
  applicationSchema,
  gatewayLimitsSchema,
  hostNameSchema,
  loginModeSchema,
  modeSchema,
  prefixSchema,
  rateSettingsSchema,
  scannerSettingsSchema,
} from '@holdfast/contract';
import { z } from 'zod';
import { keyringSettingsSchema } from '../keyring/settings.ts';
import { LOG_LEVELS } from '../log.ts';
import { mailSchema } from '../mail/settings.ts';
import { firstOwnerFault, firstOwnerSchema, identitySchema } from '../oidc/settings.ts';
import { backendSchema } from './backend.ts';
import { playbooksSchema } from './playbooks.ts';
import { referenceSchema } from './references.ts';
import { isListen, isLoopbackListen, isPrivateListen, listenPattern } from './listen.ts';

const listen = z
  .string()
  .max(300)
  .regex(listenPattern, 'HOST:PORT, an IPv6 host in brackets')
  .refine(isListen, 'a port is at most 65535, and an address in brackets is IPv6');
const path = z.string().min(1).max(4096);
const megabytes = 1_048_576;

const listenSchema = z.strictObject({
  https: z.union([z.literal('off'), listen]).default('127.0.0.1:8443'),
  /** Redirects to https and answers ACME HTTP-01. */
  http: z.union([z.literal('off'), listen]).default('127.0.0.1:8080'),
  /** Plain HTTP behind an existing TLS terminator. */
  plain: listen.refine(isPrivateListen, 'plain HTTP is served on loopback or private addresses only').nullable().default(null),
});

const adminSchema = z.strictObject({
  listen: listen
    .refine(isLoopbackListen, 'the admin listener is loopback only: reach it through ssh -L')
    .default('127.0.0.1:9443'),
  /** The account that becomes the first owner at its first sign-in to the administration, where nobody reads the terminal. */
  oidc: firstOwnerSchema,
});

/** Where Vault clients come in, besides the admin listener. */
const vaultSchema = z.strictObject({
  /** HTTPS with the certificates of this node; null = on the admin listener only. */
  listen: listen.nullable().default(null),
  /** Names under which clients reach it, for its certificate. */
  hosts: z.array(hostNameSchema).max(64).default([]),
});

const acmeSchema = z.strictObject({
  enabled: z.boolean().default(false),
  directory: z
    .url({ protocol: /^https$/u })
    .max(512)
    .default('https://acme-v02.api.letsencrypt.org/directory'),
  email: z.email().max(254).nullable().default(null),
  agreeTerms: z.boolean().default(false),
  challenge: z.enum(['http-01', 'tls-alpn-01']).default('tls-alpn-01'),
  /** Roots of a private directory. */
  caFile: path.nullable().default(null),
});

const tlsSchema = z.strictObject({
  /** Files of a certificate chain and its key, PEM. Both or none. */
  certificate: path.nullable().default(null),
  key: path.nullable().default(null),
  acme: acmeSchema.prefault({}),
});

const auditSchema = z.strictObject({
  /** Which requests become records of the ledger: those with a decision, or all. */
  requests: z.enum(['decisions', 'all']).default('decisions'),
  segmentBytesMax: z
    .number()
    .int()
    .min(65_536)
    .max(1024 * megabytes)
    .default(64 * megabytes),
  /** Records that wait for a database that is away. */
  spoolBytesMax: z
    .number()
    .int()
    .min(megabytes)
    .max(16_384 * megabytes)
    .default(256 * megabytes),
  flushMs: z.number().int().min(1).max(1000).default(10),
  /** Freed when the disk is nearly full, so that the last records can be written. */
  ballastBytes: z
    .number()
    .int()
    .min(0)
    .max(4096 * megabytes)
    .default(64 * megabytes),
});

const watchSchema = z.strictObject({
  /** Bans, ended sessions and the like as soon as something is found, where the application is enforced; off = they are only told. */
  answers: z.enum(['on', 'off']).default('on'),
  /** Closed alerts are kept so long. */
  alertDays: z.number().int().min(1).max(3650).default(90),
  /** A person who comes back after weeks (B8): told afterwards, or asked for every factor before the first privileged call is answered. */
  dormant: z.enum(['tell', 'step-up']).default('tell'),
  /** Networks that no behaviour counts as a source: the gateways of known offices, a monitor of your own. */
  exempt: z.array(prefixSchema).max(1000).default([]),
  /** What the watch knows of addresses besides country and network. */
  geo: z
    .strictObject({
      /** A database of cities in MaxMind's format; null = places are known by their country. */
      cityFile: path.nullable().default(null),
    })
    .prefault({}),
});

/** The whole of holdfast.yaml. Everything has a safe default; unknown keys are refused. */
export const configSchema = z
  .strictObject({
    dataDir: path.default('./.holdfast'),
    /** Name of this node in records and in the origin of the ledger. */
    node: z
      .string()
      .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/u, 'lower-case letters, digits and inner hyphens, at most 32')
      .default('node-1'),
    listen: listenSchema.prefault({}),
    admin: adminSchema.prefault({}),
    vault: vaultSchema.prefault({}),
    mode: modeSchema.default('monitor'),
    login: loginModeSchema.default('off'),
    /** Host names served; empty = any well-formed one. */
    host: z.array(hostNameSchema).max(64).default([]),
    /** The application to protect, when there is only one. */
    to: z
      .url({ protocol: /^https?$/u })
      .max(512)
      .nullable()
      .default(null),
    applications: z.array(applicationSchema).max(1000).default([]),
    /** Gateway processes besides this one; 0 = the gateway runs in this process. */
    workers: z.number().int().min(0).max(64).default(0),
    /** Proxies in front of Holdfast whose X-Forwarded-For is believed. */
    trustedHops: z.number().int().min(0).max(10).default(0),
    limits: gatewayLimitsSchema.prefault({}),
    /** For applications that do not say otherwise. */
    rate: rateSettingsSchema.prefault({}),
    tls: tlsSchema.prefault({}),
    /** PostgreSQL; null = the embedded database in the data directory. */
    database: z.strictObject({ url: referenceSchema.nullable().default(null) }).prefault({}),
    /** What several nodes share within a second. */
    valkey: z
      .strictObject({
        url: referenceSchema
          .nullable()
          .default(null)
          .refine((url) => url === null, 'nodes share their state through PostgreSQL (database.url): leave this out'),
      })
      .prefault({}),
    audit: auditSchema.prefault({}),
    /** How the root key is kept, and what happens without it. */
    keyring: keyringSettingsSchema.prefault({}),
    secrets: z
      .strictObject({
        /** A Vault or OpenBao elsewhere that keeps the secrets; null = they are kept here. */
        backend: backendSchema,
      })
      .prefault({}),
    log: z
      .strictObject({ level: z.enum(LOG_LEVELS).default('info'), format: z.enum(['auto', 'json', 'pretty']).default('auto') })
      .prefault({}),
    identity: identitySchema.prefault({}),
    /** How this node scans uploaded files, and what it keeps of them. */
    uploads: scannerSettingsSchema.prefault({}),
    /** How letters to people go out: invitations, links for a new password, notices. */
    mail: mailSchema.prefault({}),
    /** What is watched, and what is done about it at once. */
    watch: watchSchema.prefault({}),
    /** Shown on block pages: whom a visitor can ask. */
    contact: z.string().max(200).nullable().default(null),
    /** Whose playbooks run, and whom they may ask outside of Holdfast. */
    playbooks: playbooksSchema.prefault({}),
    bans: z.strictObject({ allow: z.array(prefixSchema).max(1000).default([]) }).prefault({}),
  })
  .superRefine((config, context) => {
    const fault = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
    if ((config.tls.certificate === null) !== (config.tls.key === null)) {
      fault(['tls', config.tls.certificate === null ? 'certificate' : 'key'], 'certificate and key belong together');
    }
    const { acme } = config.tls;
    if (acme.enabled && !acme.agreeTerms)
      fault(['tls', 'acme', 'agreeTerms'], 'must be true: the terms of the certificate authority');
    if (acme.enabled && config.host.length === 0 && config.applications.every(({ hosts }) => hosts.length === 0)) {
      fault(['host'], 'a certificate needs at least one host name');
    }
    const misnamed = firstOwnerFault(config.admin.oidc, config.identity.providers);
    if (misnamed !== null) fault(['admin', 'oidc', misnamed.field], misnamed.message);
    if (config.to !== null && config.applications.length > 0) fault(['to'], 'use either to or applications');
    if (new Set(config.applications.map(({ id }) => id)).size < config.applications.length) {
      fault(['applications'], 'two applications have the same id');
    }
  });

export type Config = z.infer<typeof configSchema>;
