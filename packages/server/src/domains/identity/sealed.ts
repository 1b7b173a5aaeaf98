import type { Place } from '../../platform/keyring/envelope.ts';
import type { TableColumn } from '../../platform/keyring/areas/table-area.ts';
import { emailPlace } from './people/person-store.ts';
import { seedPlace } from './people/factors.ts';
import { addressPlace, agentPlace } from './sessions/session-store.ts';
import { keyPlace } from './sessions/signing-keys.ts';
import { dataPlace } from './sign-in/challenges.ts';

/** Of rows that one column finds. */
const by =
  (place: (key: string) => Place) =>
  (keys: readonly string[]): Place =>
    place(keys[0] ?? '');

/** What of people, their sign-in and their sessions is sealed. Tokens, passwords and recovery codes are kept as hashes only. */
export const sealedInIdentity: readonly TableColumn[] = [
  {
    name: 'people: e-mail addresses',
    table: 'identity_person',
    keys: [{ column: 'id' }],
    column: 'email_cipher',
    place: by(emailPlace),
  },
  {
    name: 'people: authenticator seeds',
    table: 'identity_totp',
    keys: [{ column: 'person' }],
    column: 'secret_cipher',
    place: by(seedPlace),
  },
  {
    name: 'sign-in: steps under way',
    table: 'identity_challenge',
    keys: [{ column: 'hash' }],
    column: 'data',
    place: by(dataPlace),
  },
  {
    name: 'sessions: addresses',
    table: 'identity_session',
    keys: [{ column: 'id' }],
    column: 'address_cipher',
    place: by(addressPlace),
  },
  {
    name: 'sessions: browsers',
    table: 'identity_session',
    keys: [{ column: 'id' }],
    column: 'user_agent',
    place: by(agentPlace),
    wasClear: true,
  },
  {
    name: 'sessions: keys of the identity header',
    table: 'identity_signing_key',
    keys: [{ column: 'kid' }],
    column: 'private_cipher',
    place: by(keyPlace),
  },
];
