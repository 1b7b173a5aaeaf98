/** Permission names: `noun:verb`. A token carries a list of them; the API route names the one it needs. */
export const PERMISSIONS = [
  'application:read',
  'application:write',
  'event:read',
  'ban:read',
  'ban:write',
  'bypass:write',
  'exception:read',
  'exception:write',
  'mode:write',
  'tuning:read',
  'tuning:write',
  'csp:read',
  'csp:write',
  'schema:read',
  'schema:write',
  'audit:read',
  'audit:write',
  'token:read',
  'token:write',
  'system:read',
  'system:write',
  'backup:write',
] as const;

export type Permission = (typeof PERMISSIONS)[number];
