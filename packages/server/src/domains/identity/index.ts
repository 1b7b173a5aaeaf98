export { createAdmins, type Admins } from './admin/admins.ts';
export { createIdentity, type Identity } from './tokens.ts';
export { commonPasswordsFile, packCommonPasswords } from './people/common-passwords.ts';
export { createPeople, type People } from './people/people.ts';
export type { Person, Role } from './people/person.ts';
export { createSignIn } from './sign-in/sign-in.ts';
export type { SignIn } from './sign-in/steps.ts';
export { createSessions, toGatewaySession, type Sessions } from './sessions/sessions.ts';
export { ELEVATION_MS, limitsOfLogin } from './sessions/limits.ts';
export {
  ADMIN_PLACE,
  hashSessionToken,
  isElevated,
  type NewSession,
  type SessionListed,
  type SessionView,
} from './sessions/session.ts';
export { createSigningKeys, type SigningKeys } from './sessions/signing-keys.ts';
export { createPages, type Pages } from './pages/create-pages.ts';
export type { PagesParts } from './pages/parts.ts';
export { adminMount, applicationMount } from './pages/mount.ts';
export { cookieName, readCookies } from './pages/cookies.ts';
