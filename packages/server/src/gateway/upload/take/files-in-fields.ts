import type { Field } from '@holdfast/inspect';
import { dataUrlIn } from '../../body/encoded-field.ts';
import { memoryFile } from './taken-body.ts';
import type { TakenFile } from './taken-body.ts';

/** 48 octets: less is a key, a digest or a token, and no scanner has a name for it. */
const BASE64_CHARS_MIN = 64;
const BASE64 = /^[A-Za-z0-9+/_\r\n-]+={0,2}\s{0,2}$/u;
const SAMPLE_BYTES = 512;
/** One request is one message; what comes in more pieces is scanned up to here, and refused beyond. */
export const FIELD_FILES_MAX = 256;

/** Values of a body that are files in base64: told as such by a data URL, or recognised when they are taken apart. */
export function filesInFields(fields: readonly Field[]): readonly TakenFile[] {
  const files: TakenFile[] = [];
  for (const field of fields) {
    if (field.value.length < BASE64_CHARS_MIN || !isOfBody(field)) continue;
    const file = fileIn(field);
    if (file !== null) files.push(file);
    if (files.length > FIELD_FILES_MAX) break;
  }
  return files;
}

const isOfBody = ({ location, isFile }: Field): boolean =>
  isFile !== true && (location === 'json' || location === 'form' || location === 'multipart');

function fileIn({ name, value }: Field): TakenFile | null {
  const url = dataUrlIn(value);
  const text = url === null ? value : value.slice(url.chars);
  if (!BASE64.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  const claim = { name: '', field: name.slice(0, 256), declaredType: url?.type ?? null };
  if (url !== null) return memoryFile(bytes, { ...claim, origin: 'declared' });
  return memoryFile(bytes, { ...claim, origin: isText(bytes) ? 'text' : 'found' });
}

export function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, SAMPLE_BYTES).every((octet) => octet >= 32 || octet === 9 || octet === 10 || octet === 13);
}
