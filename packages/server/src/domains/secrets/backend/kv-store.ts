import type { SecretData, SecretRef } from '@holdfast/contract';
import type { z } from 'zod';
import { Refusal } from '../../../platform/refusal.ts';
import { refText } from '../ref.ts';
import type { KvAnswer, KvQuestion, KvServer } from './kv-server.ts';
import { listSchema, metadataSchema, readSchema } from './kv-words.ts';

export interface KvVersion {
  readonly version: number;
  readonly createdAt: number;
  /** Hidden from then on. */
  readonly deletedAt: number | null;
  readonly isDestroyed: boolean;
}

/** All that the server says of a secret, without a value. */
export interface KvFacts {
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly current: number;
  /** 0 = as the mount says. */
  readonly versionsKept: number;
  readonly custom: ReadonlyMap<string, string>;
  /** Newest first. */
  readonly versions: readonly KvVersion[];
}

export interface KvValue {
  readonly version: number;
  readonly createdAt: number;
  readonly custom: ReadonlyMap<string, string>;
  readonly data: SecretData;
}

/** The key-value engine, version 2, of a server: secrets lie at APPLICATION/ENVIRONMENT/NAME. Nobody is asked whether they may. */
export interface KvStore {
  /** Null = there is none that can be read. */
  read(ref: SecretRef, version: number | null): Promise<KvValue | null>;
  facts(ref: SecretRef): Promise<KvFacts | null>;
  /** Based on this version, 0 = none yet: refused with `secret-changed` where another one is current. */
  write(ref: SecretRef, data: SecretData, cas: number): Promise<void>;
  describe(
    ref: SecretRef,
    settings: { readonly versionsKept?: number; readonly custom: ReadonlyMap<string, string> },
  ): Promise<void>;
  move(ref: SecretRef, move: 'delete' | 'undelete' | 'destroy', versions: readonly number[]): Promise<void>;
  remove(ref: SecretRef): Promise<void>;
  /** Names in a folder, folders with a slash behind them. */
  names(folder: string): Promise<readonly string[]>;
}

export function createKvStore(server: KvServer): KvStore {
  const place = (kind: string, ref: SecretRef): string => `${server.mount}/${kind}/${refText(ref)}`;
  const odd = (): Refusal =>
    new Refusal('secrets-away', { detail: `The server of secrets ${server.host} answered something that is no secret.` });
  const parsed = <Schema extends z.ZodType>(schema: Schema, { body }: KvAnswer): z.output<Schema> => {
    const known = schema.safeParse(body);
    if (!known.success) throw odd();
    return known.data;
  };
  const get = async (path: string): Promise<KvAnswer | null> => {
    const answer = await server.ask({ method: 'GET', path });
    if (answer.status === 404) return null;
    return assertTaken(answer);
  };
  const change = async (question: KvQuestion): Promise<void> => {
    const answer = assertTaken(await server.ask(question));
    if (answer.status === 404) throw new Refusal('not-found');
  };
  return {
    async read(ref, version) {
      const answer = await get(`${place('data', ref)}${version === null ? '' : `?version=${version}`}`);
      if (answer === null) return null;
      const { data, metadata } = parsed(readSchema, answer).data;
      return { data, version: metadata.version, createdAt: metadata.created_time, custom: metadata.custom_metadata };
    },
    async facts(ref) {
      const answer = await get(place('metadata', ref));
      if (answer === null) return null;
      const { data } = parsed(metadataSchema, answer);
      return {
        createdAt: data.created_time,
        updatedAt: data.updated_time,
        current: data.current_version,
        versionsKept: data.max_versions,
        custom: data.custom_metadata,
        versions: data.versions,
      };
    },
    write: async (ref, data, cas) => change({ method: 'POST', path: place('data', ref), body: { data, options: { cas } } }),
    describe: async (ref, { versionsKept, custom }) =>
      change({
        method: 'POST',
        path: place('metadata', ref),
        body: {
          custom_metadata: Object.fromEntries(custom),
          ...(versionsKept === undefined ? {} : { max_versions: versionsKept }),
        },
      }),
    move: async (ref, move, versions) => change({ method: 'POST', path: place(move, ref), body: { versions } }),
    remove: async (ref) => change({ method: 'DELETE', path: place('metadata', ref) }),
    async names(folder) {
      const answer = await get(`${server.mount}/metadata/${folder}?list=true`);
      return answer === null ? [] : parsed(listSchema, answer).data.keys;
    },
  };
}

const CAS_FAULT = 'check-and-set';

function assertTaken(answer: KvAnswer): KvAnswer {
  if (answer.status !== 400) return answer;
  // Vault says it in words only.
  const isConflict = JSON.stringify(answer.body).includes(CAS_FAULT);
  throw new Refusal(isConflict ? 'secret-changed' : 'secrets-elsewhere');
}
