import type { SecretData } from '@holdfast/contract';
import { addressIn, loginIn, POSTGRES, type Login } from '../../targets/login.ts';
import { TargetFault } from '../../targets/target-fault.ts';

/** The address that a secret of an administering role holds. */
export function adminAddress(data: SecretData): URL {
  const address = addressIn(data, POSTGRES);
  if (address === null) throw new TargetFault('the administering secret holds no postgres:// address in url or value');
  return address;
}

/** What a version made by a rotator of ours logs in with. */
export function credentialOf(data: SecretData, role: string | undefined): Login {
  const { username, password } = loginIn(data, POSTGRES);
  const name = role ?? username;
  if (name === undefined || name === null || password === null)
    throw new Error('assertion: it was made with a name and a password');
  return { username: name, password };
}
