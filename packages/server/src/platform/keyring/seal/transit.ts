import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { resolveReference } from '../../config/references.ts';
import { Refusal } from '../../refusal.ts';
import { ROOT_KEY_BYTES, rootKeyOf, type RootKey } from '../root-key.ts';
import type { KeyringSettings } from '../settings.ts';
import { takesNothing, type RootKeyProvider } from './provider.ts';
import type { SealDocument } from './seal-document.ts';
import { postJson } from './transit-request.ts';
import { assertIsRoot } from './wrap.ts';

type Document = Extract<SealDocument, { kind: 'transit' }>;

const encryptedSchema = z.object({ data: z.object({ ciphertext: z.string().min(1).max(4096) }) });
const decryptedSchema = z.object({ data: z.object({ plaintext: z.string().min(1).max(4096) }) });

export interface TransitParts {
  readonly settings: KeyringSettings['transit'];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function sealWithTransit(root: RootKey, parts: TransitParts): Promise<Document> {
  const { key } = wanted(parts);
  const answer = await ask(parts, { verb: 'encrypt', key, body: { plaintext: root.bytes.toString('base64') } });
  const wrapped = encryptedSchema.safeParse(answer);
  if (!wrapped.success) throw odd();
  return { version: 1, kind: 'transit', root: root.id, key, wrapped: wrapped.data.data.ciphertext };
}

export function transitProvider(document: Document, parts: TransitParts): RootKeyProvider {
  return {
    kind: 'transit',
    place: `transit key ${document.key} at ${parts.settings.url ?? 'a server that is not configured'}`,
    rootKey: document.root,
    wants: null,
    open: takesNothing,
    async fetch() {
      wanted(parts);
      const answer = await ask(parts, { verb: 'decrypt', key: document.key, body: { ciphertext: document.wrapped } });
      const opened = decryptedSchema.safeParse(answer);
      const bytes = Buffer.from(opened.success ? opened.data.data.plaintext : '', 'base64');
      if (bytes.length !== ROOT_KEY_BYTES) throw odd();
      return assertIsRoot(rootKeyOf(bytes), document.root);
    },
  };
}

const odd = (): Refusal => new Refusal('key-wrong', { detail: 'The transit server answered something that is no root key.' });

function wanted({ settings: { url, key, token } }: TransitParts): { url: string; key: string; token: string } {
  if (url !== null && key !== null && token !== null) return { url, key, token };
  throw new Refusal('config-invalid', {
    detail: 'A root key that is kept by a transit key needs keyring.transit.url, key and token.',
    errors: [{ pointer: '/keyring/transit/url', detail: 'is not set' }],
  });
}

interface Question {
  readonly verb: 'encrypt' | 'decrypt';
  readonly key: string;
  readonly body: Readonly<Record<string, string>>;
}

async function ask(parts: TransitParts, { verb, key, body }: Question): Promise<unknown> {
  const { settings, environment } = parts;
  const { url, token: reference } = wanted(parts);
  const token = resolveReference(reference, { environment, folder: process.cwd(), pointer: '/keyring/transit/token' });
  const ca = settings.caFile === null ? undefined : await readFile(settings.caFile);
  const address = new URL(`${url.replace(/\/+$/u, '')}/v1/${settings.mount}/${verb}/${key}`);
  const { status, text } = await postJson(address, { headers: { 'x-vault-token': token }, body, ca }).catch((cause: unknown) => {
    throw new Refusal('keyring-sealed', { detail: `The transit server ${address.host} does not answer.`, cause });
  });
  if (status >= 500 || status === 429)
    throw new Refusal('keyring-sealed', { detail: `The transit server ${address.host} is not ready: it answered ${status}.` });
  if (status !== 200)
    throw new Refusal('key-wrong', {
      detail: `The transit server ${address.host} refused to ${verb} with key ${key}: it answered ${status}. Nothing was changed.`,
    });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw odd();
  }
}
