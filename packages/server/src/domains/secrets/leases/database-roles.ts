import type {
  DatabaseConnection,
  DatabaseConnectionInput,
  DatabaseCredentials,
  DatabaseRole,
  DatabaseRoleInput,
} from '@holdfast/contract';
import type { SecretCaller } from '../secrets.ts';

/**
 * Database users on demand. A connection names the secret of a role that may make users; a role is the SQL that makes one.
 * Refuses with `not-found`, `input-invalid`, `permission-missing`, `access-denied`, `target-failed`, `audit-unavailable`.
 */
export interface DatabaseRoles {
  connections(): Promise<readonly DatabaseConnection[]>;
  /** Asks the server before it is kept: an address that nobody answers at is refused. */
  setConnection(input: DatabaseConnectionInput, caller: SecretCaller): Promise<DatabaseConnection>;
  /** Refused with `conflict` while a role or a lease needs it. */
  removeConnection(name: string, caller: SecretCaller): Promise<void>;
  roles(): Promise<readonly DatabaseRole[]>;
  setRole(input: DatabaseRoleInput, caller: SecretCaller): Promise<DatabaseRole>;
  removeRole(name: string, caller: SecretCaller): Promise<void>;
  /** A user of this role, good until its lease ends. The lease is written down before the user is made. */
  issue(role: string, caller: SecretCaller): Promise<DatabaseCredentials>;
}
