import { API_POLICIES, PERMISSIONS } from '@holdfast/contract';

/** Which set of words a policy speaks: requests to an application, calls of Holdfast's own API, or uses of secrets. */
export type PolicyKind = 'application' | 'api' | 'secrets';

export const READING = ['GET', 'HEAD', 'OPTIONS'] as const;
export const WRITING = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** Equal to the methods that the gateway takes; a test holds them together. */
export const METHOD_ACTIONS: readonly string[] = [...READING, ...WRITING];

const ROLES = `entity Role enum ["owner", "administrator", "analyst", "auditor", "developer"];`;

/**
 * People have no attributes here: what a person can change themselves, or what can be given to another later, must not decide.
 * Whoever is meant is named by id, group or role.
 */
const APPLICATION_SCHEMA = `
entity Group;
${ROLES}
entity Person in [Role, Group];
entity ServiceAccount;
entity Visitor;
entity Application;
entity Route in [Route, Application];
type Request = {
  method: String,
  path: String,
  address: ipaddr,
  secure: Bool,
  acr: String,
  authAge: Long,
};
action "read", "write";
action ${quoted(READING)} in ["read"] appliesTo {
  principal: [Person, ServiceAccount, Visitor], resource: [Route], context: Request
};
action ${quoted(WRITING)} in ["write"] appliesTo {
  principal: [Person, ServiceAccount, Visitor], resource: [Route], context: Request
};
`;

const API_SCHEMA = `
entity Group;
${ROLES}
entity Person in [Role, Group];
entity ServiceAccount { permissions: Set<String> };
entity Api enum ["${API_POLICIES}"];
type Call = {
  permission: String,
  method: String,
  acr: String,
  elevated: Bool,
};
action "read", "write";
action ${quoted(PERMISSIONS.filter(isReading))} in ["read"] appliesTo {
  principal: [Person, ServiceAccount], resource: [Api], context: Call
};
action ${quoted(PERMISSIONS.filter((permission) => !isReading(permission)))} in ["write"] appliesTo {
  principal: [Person, ServiceAccount], resource: [Api], context: Call
};
`;

/** What somebody may do with a secret; each is a permission of the same name. */
export const SECRET_ACTIONS = PERMISSIONS.filter((permission) => permission.startsWith('secret:'));

/** A policy names one secret, an environment (`shop/production`) or an application, and may compare parts of the address. */
const SECRET_SCHEMA = `
entity Group;
${ROLES}
entity Person in [Role, Group];
entity ServiceAccount;
entity Application;
entity Environment in [Application];
entity Secret in [Environment, Application] { application: String, environment: String, name: String };
type Use = {
  purpose: String,
  via: String,
  elevated: Bool,
};
action ${quoted(SECRET_ACTIONS)} appliesTo {
  principal: [Person, ServiceAccount], resource: [Secret], context: Use
};
`;

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}

function isReading(permission: string): boolean {
  return permission.endsWith(':read');
}

/** The group of actions that a permission is in. */
export const groupOfPermission = (permission: string): 'read' | 'write' => (isReading(permission) ? 'read' : 'write');

const SCHEMAS: Readonly<Record<PolicyKind, string>> = {
  application: APPLICATION_SCHEMA,
  api: API_SCHEMA,
  secrets: SECRET_SCHEMA,
};

export const schemaOf = (kind: PolicyKind): string => SCHEMAS[kind];
