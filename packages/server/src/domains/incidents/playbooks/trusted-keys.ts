import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fingerprintOf } from './documents/signatures.ts';
import type { Stored } from './playbook-store.ts';

const KEYS_MAX = 100;
/** Below the data directory: PEM files that the operator of the host puts there; no API does. */
const FOLDER = 'playbook-keys';

/** Fingerprints of the keys whose signatures count. A file that holds no key counts for nothing. */
export function trustedKeys(dataDir: string): ReadonlySet<string> {
  const folder = path.join(dataDir, FOLDER);
  return new Set(
    namesIn(folder).flatMap((name) => {
      try {
        return [fingerprintOf(createPublicKey(readFileSync(path.join(folder, name))))];
      } catch {
        return [];
      }
    }),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.pem'))
      .toSorted()
      .slice(0, KEYS_MAX);
  } catch {
    // There is none unless somebody made it.
    return [];
  }
}

export const UNTRUSTED =
  'only playbooks run here that a key in playbook-keys of the data directory has signed (playbooks.signatures: required)';

/** What comes with a release is as trusted as the release, as long as nobody changed it. */
export const isTrusted = ({
  digest,
  shippedDigest,
  signature,
}: Pick<Stored, 'digest' | 'shippedDigest' | 'signature'>): boolean => digest === shippedDigest || signature === 'valid';
