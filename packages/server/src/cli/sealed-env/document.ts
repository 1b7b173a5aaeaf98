import { ENV_CHARS_MAX, isVariableName, type EnvFault, type EnvLine } from '../env-file/parse.ts';

export const MARK = '#@';
/** A sealed file is larger than the one that is in it. */
const CHARS_MAX = 4 * ENV_CHARS_MAX;
const FIRST = /^#@ holdfast-env 1 (?<id>[A-Za-z0-9_-]{22})$/u;
const TO = /^#@ to (?<recipient>age1[a-z0-9]{1,4096})$/u;
const KEY = /^#@ key (?<key>[A-Za-z0-9_-]+)$/u;
const MAC = /^#@ mac (?<mac>[A-Za-z0-9_ -]+)$/u;
const VARIABLE = /^(?<before>export )?(?<name>[^=]*)=(?<value>enc:[^ \t]*)(?<after>[ \t]+#.*)?$/u;
const MERGE_MARKER = /^(?:<{7}|\|{7}|={7}|>{7})(?: |$)/u;

/** A sealed file as it is written, not proven yet. Values are the sealed ones. */
export interface SealedDocument {
  readonly id: string;
  readonly recipients: readonly string[];
  readonly key: string;
  readonly body: readonly EnvLine[];
  readonly mac: string;
  /** Every line but the last: what `mac` is over. */
  readonly covered: readonly string[];
}

export type ReadDocument =
  | { readonly kind: 'read'; readonly document: SealedDocument }
  | { readonly kind: 'refused'; readonly faults: readonly EnvFault[] };

/** The lines that the code over the file covers. */
export function coveredLines({ id, recipients, key, body }: Omit<SealedDocument, 'mac' | 'covered'>): readonly string[] {
  return [
    `${MARK} holdfast-env 1 ${id}`,
    ...recipients.map((recipient) => `${MARK} to ${recipient}`),
    `${MARK} key ${key}`,
    ...body.map((line) => (line.kind === 'text' ? line.text : `${line.before}${line.name}=${line.value}${line.after}`)),
  ];
}

export const documentText = (covered: readonly string[], mac: string): string =>
  `${[...covered, `${MARK} mac ${mac}`].join('\n')}\n`;

export function readDocument(source: string): ReadDocument {
  if (source.length > CHARS_MAX) return refused(1, `larger than ${CHARS_MAX} characters`);
  const lines = source.replaceAll('\r\n', '\n').replace(/\n$/u, '').split('\n');
  const conflict = lines.findIndex((line) => MERGE_MARKER.test(line));
  if (conflict !== -1) return refused(conflict + 1, 'a merge conflict that is not resolved');
  const frame = readFrame(lines);
  if ('detail' in frame) return { kind: 'refused', faults: [frame] };
  const { bodyAt, ...parts } = frame;
  const covered = lines.slice(0, -1);
  const body = covered.slice(bodyAt).map((text, index) => readLine(text, bodyAt + 1 + index));
  const faults = body.filter((line) => 'detail' in line);
  if (faults.length > 0) return { kind: 'refused', faults };
  return { kind: 'read', document: { ...parts, covered, body: body.filter((line) => 'kind' in line) } };
}

type Frame = Pick<SealedDocument, 'id' | 'recipients' | 'key' | 'mac'> & { readonly bodyAt: number };

/** What stands before and behind the body. */
function readFrame(lines: readonly string[]): Frame | EnvFault {
  const part = (line: string | undefined, form: RegExp, name: string): string => form.exec(line ?? '')?.groups?.[name] ?? '';
  const id = part(lines[0], FIRST, 'id');
  if (id === '') return { line: 1, detail: 'not an encrypted environment file of this version' };
  const keyAt = lines.findIndex((line) => KEY.test(line));
  if (keyAt === -1) return { line: 2, detail: 'the key of the file is missing' };
  const recipients = lines.slice(1, keyAt).map((line) => part(line, TO, 'recipient'));
  if (recipients.includes('')) return { line: recipients.indexOf('') + 2, detail: 'here a recipient is expected' };
  const mac = part(lines.at(-1), MAC, 'mac');
  if (mac === '') return { line: lines.length, detail: 'the last line is not the code over the file: it was cut off' };
  return { id, recipients, key: part(lines[keyAt], KEY, 'key'), mac, bodyAt: keyAt + 1 };
}

const refused = (line: number, detail: string): ReadDocument => ({ kind: 'refused', faults: [{ line, detail }] });

function readLine(text: string, line: number): EnvLine | EnvFault {
  if (text.startsWith(MARK)) return { line, detail: 'a line of the form that only the beginning and the end have' };
  if (/^[ \t]*(?:#|$)/u.test(text)) return { kind: 'text', text };
  const { before = '', name = '', value = '', after = '' } = VARIABLE.exec(text)?.groups ?? {};
  if (!isVariableName(name)) return { line, detail: 'not NAME=enc:…: a value that is not encrypted, or no variable' };
  return { kind: 'variable', name, value, before, after, line };
}
