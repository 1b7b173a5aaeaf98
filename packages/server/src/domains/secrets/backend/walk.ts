import { secretRefSchema, type SecretRef } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { KvStore } from './kv-store.ts';

/** Application, environment, and eight parts of a name. */
const DEPTH_MAX = 10;
const FOLDERS_MAX = 2000;

export interface Below {
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
}

/**
 * Addresses of secrets on the server in one order, a folder at a time. What is called as no secret can be called here is left out; more
 * folders than anybody has is refused and not cut short.
 */
export async function* walk(kv: Pick<KvStore, 'names'>, { application, environment }: Below): AsyncGenerator<SecretRef> {
  let folders = 0;
  async function* down(parts: readonly string[]): AsyncGenerator<SecretRef> {
    const wanted = [application, environment][parts.length];
    // A folder that is wanted by its name needs no look at its siblings.
    const names = wanted === undefined ? await look(parts) : [`${wanted}/`];
    for (const name of names) {
      const isFolder = name.endsWith('/');
      const path = [...parts, isFolder ? name.slice(0, -1) : name];
      if (!isFolder) {
        const ref = refOf(path);
        if (ref !== null) yield ref;
      } else if (path.length < DEPTH_MAX) yield* down(path);
    }
  }
  const look = async (parts: readonly string[]): Promise<string[]> => {
    folders += 1;
    if (folders > FOLDERS_MAX)
      throw new Refusal('secrets-elsewhere', {
        detail: `More than ${FOLDERS_MAX} folders: name an application and environment.`,
      });
    // What is no part of an address would lead elsewhere on the server.
    const names = (await kv.names(parts.join('/'))).filter(
      (name) => /^[\w.-]{1,256}\/?$/u.test(name) && !/^\.{1,2}\/?$/u.test(name),
    );
    return names.toSorted();
  };
  yield* down([]);
}

function refOf([application = '', environment = '', ...name]: readonly string[]): SecretRef | null {
  const parsed = secretRefSchema.safeParse({ application, environment, name: name.join('/') });
  return parsed.success ? parsed.data : null;
}
