import { decodeLatin1, decodeUtf8, parseContentType, parsePairs, decodeBytes, type CanonicalRequest } from '@holdfast/inspect';
import type { JudgedBody } from './judge-body.ts';
import type { JudgedRequest } from './judge-request.ts';

/** A request as the gateway holds it, for the comparison with a document. */
export interface HeldRequest {
  readonly canonical: CanonicalRequest;
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Inflated; null = no body, or one that streams. */
  readonly bytes: Uint8Array | null;
  /** `head`: the body has not come yet. `piece`: some parts of a form that streams. */
  readonly extent: 'whole' | 'head' | 'piece';
}

const PAIRS_MAX = 1000;
const LATIN1: ReadonlySet<string> = new Set(['iso-8859-1', 'latin1']);

/** The decoder has read these bytes already, strictly: what is ambiguous or too deep never comes here. */
export function judgedRequest({ canonical, query, headers, bytes, extent }: HeldRequest): JudgedRequest {
  return { canonical, query, headers, isPart: extent === 'piece', body: bodyOf({ canonical, headers, bytes, extent }) };
}

function bodyOf({ canonical, headers, bytes, extent }: Omit<HeldRequest, 'query'>): JudgedBody | null {
  if (extent === 'whole' && (bytes === null || bytes.length === 0)) return null;
  const header = headers.find(([name]) => name === 'content-type')?.[1];
  const type = header === undefined ? null : parseContentType(header);
  const media = type?.kind === 'ok' ? type.type : '';
  const isLatin1 = type?.kind === 'ok' && LATIN1.has(type.parameters.get('charset')?.toLowerCase() ?? '');
  return {
    media,
    isPart: extent !== 'whole',
    parts: media === 'application/x-www-form-urlencoded' && bytes !== null ? formPairs(bytes) : multipartPairs(canonical),
    text: () => (bytes === null ? null : isLatin1 ? decodeLatin1(bytes) : (decodeUtf8(bytes) ?? null)),
  };
}

/** As the decoder takes them apart, before it looks for documents within them. */
function formPairs(bytes: Uint8Array): JudgedBody['parts'] {
  const parsed = parsePairs(decodeBytes(bytes), { location: 'form', pairsMax: PAIRS_MAX, limit: 'formParametersMax' });
  return parsed.kind === 'ok' ? parsed.fields.map(({ name, value }) => ({ name, value, isFile: false })) : [];
}

/** A part that holds a document has its members beside it (`data` and `data.url`): they were judged by the rules, and are no parts. */
function multipartPairs({ fields }: CanonicalRequest): JudgedBody['parts'] {
  const parts: { name: string; value: string; isFile: boolean }[] = [];
  let document: string | null = null;
  for (const { location, name, value, isFile } of fields) {
    if (location === 'file-name') parts.push({ name, value, isFile: true });
    if (location !== 'multipart' || isFile === true) continue;
    if (document !== null && name.startsWith(`${document}.`)) continue;
    document = value.startsWith('{') || value.startsWith('[') ? name : null;
    parts.push({ name, value, isFile: false });
  }
  return parts;
}
