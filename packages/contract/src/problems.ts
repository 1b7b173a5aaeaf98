import { define, type ProblemDefinition } from './problems/define.ts';
import { VISITOR_PROBLEMS } from './problems/visitors.ts';
import type { SchemaError } from './schema-report.ts';

export type { ProblemDefinition } from './problems/define.ts';

/**
 * The problem catalogue: every refusal that Holdfast can answer with, once.
 *
 * A refusal is thrown by its code and written as `application/problem+json` (RFC 9457); `type` is `/errors/<code>`.
 * `detail` is safe for strangers: it names neither rule, nor cause, nor anything of the upstream. `next` is for operators
 * and is printed by the command line only.
 */
export const PROBLEMS = {
  ...VISITOR_PROBLEMS,

  // Control plane: what an operator can meet.
  'input-invalid': define(400, 'Invalid input', 'One or more fields are not acceptable.', 'see errors[] for each field'),
  'token-required': define(401, 'Token required', 'This address needs a bearer token.', 'holdfast token create'),
  'token-refused': define(401, 'Token refused', 'The token is unknown, expired or revoked.', 'holdfast token create'),
  'address-refused': define(
    403,
    'Address refused',
    'The token is not good from the address of this request.',
    'holdfast token list',
  ),
  'account-refused': define(
    403,
    'Account refused',
    'This account may not call this application.',
    'holdfast service change NAME --app ID',
  ),
  'permission-missing': define(
    403,
    'Permission missing',
    'The token does not carry the needed permission.',
    'holdfast token create --permission NAME',
  ),
  'ban-unsafe': define(
    403,
    'Ban refused',
    'Loopback and allow-listed addresses can never be banned.',
    'holdfast ban list --allow',
  ),
  'approval-refused': define(
    403,
    'Approval refused',
    'Somebody else has to agree: a person who did not ask for it, each of them once.',
    'holdfast action show ID',
  ),
  'promotion-not-ready': define(
    409,
    'Not ready to enforce',
    'The readiness of this application is not complete, or nothing can be promoted.',
    'holdfast tune inbox',
  ),
  'upload-unreadable': define(
    409,
    'Kept file unreadable',
    'The kept file is not there, or does not open.',
    'holdfast upload show ID',
  ),
  'upload-infected': define(
    409,
    'Named malware',
    'A scanner names these bytes malware, or their hash is listed: they are not released.',
    'holdfast upload show ID',
  ),
  'upload-unscanned': define(
    409,
    'Not scanned yet',
    'No scanner could look at these bytes, so they are not released.',
    'holdfast upload status',
  ),
  'patch-not-ready': define(
    409,
    'Patch not ready to enforce',
    'A virtual patch refuses requests only after a test of the last hour that touches nobody who belongs here.',
    'holdfast patch test ID',
  ),
  'schema-invalid': define(
    400,
    'Schema invalid',
    'The schema cannot be enforced as it is written.',
    'holdfast schema check APP --file FILE',
  ),
  'schema-missing': define(
    404,
    'No schema',
    'No schema is in force for this application, or none of this version is kept.',
    'holdfast schema status APP',
  ),
  'schema-unlearned': define(
    409,
    'Nothing learned yet',
    'No honest request of this application has been learned from yet.',
    'holdfast schema status APP',
  ),
  'policy-invalid': define(
    400,
    'Policies invalid',
    'The policies cannot be enforced as they are written; what was in force still is.',
    'holdfast policy check SET --file FILE',
  ),
  'policy-missing': define(
    404,
    'No policies',
    'No policies are in force here, there is no draft, or none of this version is kept.',
    'holdfast policy list',
  ),
  'password-unacceptable': define(
    400,
    'Password not acceptable',
    'The password is too short, too common, or contains a name.',
    'choose a longer one; see errors[]',
  ),
  'password-list-missing': define(
    503,
    'No password can be set',
    'The list of common passwords is missing, so no password can be judged.',
    'node tools/postinstall.js',
  ),
  'link-unusable': define(400, 'Link not usable', 'The link is wrong, was used already, or has expired.', 'ask for a new link'),
  'last-factor': define(
    409,
    'Last second factor',
    'A second factor is required here, and this is the only one: enrol another first.',
    'enrol another factor, then remove this one',
  ),
  'step-up-required': define(
    401,
    'Confirmation required',
    'This changes how the protection works: confirm once more who you are.',
    'confirm at /sign-in/account, then send it again',
  ),
  'setup-closed': define(
    409,
    'Setup is over',
    'There is an administrator already, so no first one can be set up.',
    'holdfast admin recover NAME',
  ),
  'last-owner': define(409, 'Last owner', 'At least one active owner must remain.', 'make somebody else an owner first'),
  'streams-exhausted': define(
    429,
    'Too many streams',
    'As many streams are open as one caller may have, or as there may be.',
    'close another page of the console',
  ),
  'advice-missing': define(
    404,
    'No such advice',
    'Nothing like this is proposed, or nothing was applied that could be undone.',
    'holdfast advise',
  ),
  'rotation-missing': define(
    404,
    'No rotation set up',
    'Nobody said how this secret is rotated.',
    'holdfast secret rotation set REF --rotator NAME',
  ),
  'rotation-running': define(
    409,
    'Rotation under way',
    'A rotation of this secret is under way; there is one at a time.',
    'holdfast secret rotations',
  ),
  'target-failed': define(
    502,
    'Target failed',
    'The system that the credential is for did not answer, or refused.',
    'holdfast secret rotations',
  ),
  'secret-changed': define(
    409,
    'Secret changed meanwhile',
    'Another version is current than the one that this was based on.',
    'holdfast secret history REF',
  ),
  'secret-damaged': define(
    500,
    'Secret damaged',
    'What is stored of this secret does not open.',
    'holdfast audit tail --type secret.damaged, then restore a backup',
  ),
  'secrets-away': define(
    503,
    'Server of secrets away',
    'The server that keeps the secrets does not answer, or does not take the token of Holdfast.',
    'holdfast doctor; see docs/guides/outside-vault.md',
  ),
  'secrets-elsewhere': define(
    409,
    'Not possible with secrets elsewhere',
    'The secrets are kept on another server, which does not know this or does not take it.',
    'docs/guides/outside-vault.md',
  ),
  'not-found': define(404, 'Not found', 'There is nothing under this address.', 'holdfast --help'),
  'request-unknown': define(404, 'Request unknown', 'No record carries this request id.', 'holdfast audit tail'),
  conflict: define(
    409,
    'Conflict',
    'It does not fit how things stand: it is there already, was changed meanwhile, or something else comes first.',
    'see how it stands now, then retry',
  ),
  'incident-not-ready': define(
    409,
    'Incident not ready',
    'Something is missing before the incident can go there.',
    'holdfast incident show ID',
  ),
  'precondition-failed': define(
    412,
    'Precondition failed',
    'The thing was changed since it was read.',
    'read it again, then retry',
  ),
  'audit-unavailable': define(
    503,
    'Audit unavailable',
    'The action was not done because it could not be recorded.',
    'holdfast doctor',
  ),
  'database-unavailable': define(503, 'Database unavailable', 'The database does not answer.', 'holdfast doctor'),
  internal: define(500, 'Internal error', 'Something failed here; the request id leads to the record.', 'holdfast logs'),

  // Starting and configuring: exit codes 3, 4 and 5 of the command line.
  'config-invalid': define(422, 'Configuration invalid', 'The configuration cannot be used.', 'holdfast config check'),
  'port-taken': define(409, 'Port taken', 'Another process listens on this port.', 'holdfast up --listen HOST:PORT'),
  'data-dir-locked': define(409, 'Data directory in use', 'Another Holdfast runs on this data directory.', 'holdfast status'),
  'data-dir-unusable': define(500, 'Data directory unusable', 'The data directory cannot be read or written.', 'holdfast doctor'),
  'file-unusable': define(500, 'File unusable', 'A file that is needed cannot be read or written.', 'holdfast doctor'),
  'key-wrong': define(
    500,
    'Wrong key',
    'The root key does not fit this data directory.',
    'restore the key file that belongs to it',
  ),
  'key-in-use': define(409, 'Key in use', 'The key cannot be changed like this now; nothing was changed.', 'holdfast key status'),
  'keyring-sealed': define(503, 'Sealed', 'The keys of this service are put away for now.', 'holdfast key unseal'),
  'unseal-refused': define(403, 'Seal not opened', 'What was given does not open the seal.', 'holdfast key unseal'),
  'seal-unsafe': define(
    409,
    'Seal kept as it was',
    'The new way of keeping the root key did not open when it was tried, or the old one is still needed.',
    'holdfast key status',
  ),
  'ledger-damaged': define(
    500,
    'Ledger damaged',
    'The audit ledger disagrees with its last signed head.',
    'holdfast audit verify',
  ),
  'node-name-taken': define(
    409,
    'Node name taken',
    'Another node of this name runs on the same database.',
    'give each node its own name: HOLDFAST_NODE=node-2 holdfast up',
  ),
  'listen-unsafe': define(
    400,
    'Listener refused',
    'Plain HTTP is served on loopback or private addresses only.',
    'holdfast up --listen https://HOST:PORT',
  ),
  'server-unreachable': define(503, 'Server unreachable', 'No Holdfast answers for this data directory.', 'holdfast up'),
  'backup-unreadable': define(
    400,
    'Backup unreadable',
    'The backup is damaged or the passphrase is wrong.',
    'holdfast backup verify FILE',
  ),
  'backup-outdated': define(
    409,
    'Backup outdated',
    'The log in the backup is shorter than one that was signed, or another one; nothing was changed.',
    'holdfast recover --help',
  ),
  'certificate-invalid': define(400, 'Certificate invalid', 'The certificate or its key cannot be used.', 'holdfast doctor'),
  'secret-missing': define(
    404,
    'Secret missing',
    'A secret that the program needs is not there.',
    'holdfast secret list --app APP --env ENV',
  ),
  'environment-unsafe': define(
    400,
    'Environment unsafe',
    'A secret has the name of a variable that decides which code a program loads.',
    'name it with --only or --map when it is meant',
  ),
  'env-file-invalid': define(
    400,
    'Environment file invalid',
    'The environment file cannot be read.',
    'correct the lines named above',
  ),
  'env-file-altered': define(
    400,
    'Environment file altered',
    'The encrypted environment file is not as it was sealed.',
    'git log -p FILE, and take the last one that is right',
  ),
  'env-file-locked': define(
    403,
    'Environment file locked',
    'No identity that was given opens this environment file.',
    'ask one of its recipients: holdfast env rotate-recipients FILE --add YOUR-KEY',
  ),
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The body of every refusal on the API and for JSON clients of the gateway (RFC 9457 §3). */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  /** The request id, a URN so that it is a valid `instance` (RFC 9457 §3.1.5). */
  readonly instance: string;
  readonly request_id: string;
  /** Of `schema-mismatch` as the reports of `schema-report.ts`: they name a reason, and say nothing in words. */
  readonly errors?: readonly ({ readonly pointer: string; readonly detail: string } | SchemaError)[];
  /** Of `step-up-required` (RFC 9470): how sure it must be who asks, and how long ago at most. */
  readonly acr?: string;
  readonly maxAgeSeconds?: number;
}

/**
 * Builds the safe document for a problem code.
 *
 * @example problemDocument('rate-limited', '0123456789AB').status // 429
 */
export function problemDocument(code: ProblemCode, requestId: string, errors?: ProblemDocument['errors']): ProblemDocument {
  const { status, title, detail } = PROBLEMS[code];
  const document = {
    type: `/errors/${code}`,
    title,
    status,
    detail,
    code,
    instance: `urn:holdfast:request:${requestId}`,
    request_id: requestId,
  };
  return errors === undefined || errors.length === 0 ? document : { ...document, errors };
}
