import { Refusal } from '../../platform/refusal.ts';
import type { EnvFault, EnvLine } from '../env-file/parse.ts';
import { coveredLines, documentText, MARK, readDocument, type SealedDocument } from './document.ts';
import { findChange, macOf } from './integrity.ts';
import { newFileKeys, unwrapKey, wrapKey, type FileKeys } from './keys.ts';
import { openValue, sealValue } from './seal-value.ts';

export const RECIPIENTS_MAX = 50;

/** A sealed file that was opened and proven: every line is the one that was sealed, in its place. */
export interface OpenEnv {
  readonly keys: FileKeys;
  readonly document: SealedDocument;
  /** With the values themselves. */
  readonly lines: readonly EnvLine[];
}

/** A new file for these recipients. */
export async function sealEnv(lines: readonly EnvLine[], recipients: readonly string[]): Promise<string> {
  const keys = newFileKeys();
  return write(keys, {
    recipients: distinct(recipients),
    key: await wrapKey(keys, distinct(recipients)),
    body: sealLines(keys, lines),
  });
}

/** `isMerged`: two lines of work were put together by hand, so the code over the file cannot fit; each value still has to. */
export async function openEnv(
  text: string,
  { file, identities, isMerged = false }: { file: string; identities: readonly string[]; isMerged?: boolean },
): Promise<OpenEnv> {
  const read = readDocument(text);
  if (read.kind === 'refused') throw fault('env-file-invalid', file, read.faults);
  const { document } = read;
  const keys = await unwrapKey(document.id, document.key, identities);
  const change = isMerged ? null : findChange(keys, document.covered, document.mac);
  if (change !== null) throw fault('env-file-altered', file, [change]);
  const faults: EnvFault[] = [];
  const lines = document.body.map((line): EnvLine => {
    if (line.kind === 'text') return line;
    const value = openValue(keys, line.name, line.value);
    if (value === null) faults.push({ line: line.line, detail: `${line.name} is not what was sealed under this name` });
    return { ...line, value: value ?? '' };
  });
  if (faults.length > 0) throw fault('env-file-altered', file, faults);
  return { keys, document, lines };
}

/** The same file with other content: who may open it stays, and so does what stands there for a value that is the same. */
export function resealEnv({ keys, document, lines: before }: OpenEnv, lines: readonly EnvLine[]): string {
  const values = new Map(before.flatMap((line) => (line.kind === 'variable' ? [[line.name, line.value]] : [])));
  const sealed = new Map(document.body.flatMap((line) => (line.kind === 'variable' ? [[line.name, line.value]] : [])));
  const body = lines.map((line): EnvLine => {
    if (line.kind === 'text') return line;
    const kept = values.get(line.name) === line.value ? sealed.get(line.name) : undefined;
    return { ...line, value: kept ?? sealValue(keys, line.name, line.value) };
  });
  return write(keys, { recipients: document.recipients, key: document.key, body });
}

/**
 * For other recipients. Somebody who goes has had the key of the file: then there is a new one, and every value is sealed anew.
 * Otherwise values stay as they are and only the key is wrapped again.
 */
export async function changeRecipients(
  open: OpenEnv,
  recipients: readonly string[],
): Promise<{ text: string; isNewKey: boolean }> {
  const wanted = distinct(recipients);
  const isNewKey = open.document.recipients.some((recipient) => !wanted.includes(recipient));
  if (isNewKey) return { text: await sealEnv(open.lines, wanted), isNewKey };
  const text = write(open.keys, { recipients: wanted, key: await wrapKey(open.keys, wanted), body: open.document.body });
  return { text, isNewKey };
}

function distinct(recipients: readonly string[]): readonly string[] {
  const found = [...new Set(recipients)];
  if (found.length === 0 || found.length > RECIPIENTS_MAX)
    throw new Refusal('input-invalid', { detail: `A file has 1 to ${RECIPIENTS_MAX} recipients.` });
  return found;
}

function sealLines(keys: FileKeys, lines: readonly EnvLine[]): readonly EnvLine[] {
  return lines.map((line) => (line.kind === 'text' ? line : { ...line, value: sealValue(keys, line.name, line.value) }));
}

function write(keys: FileKeys, parts: { recipients: readonly string[]; key: string; body: readonly EnvLine[] }): string {
  const marked = parts.body.findIndex((line) => line.kind === 'text' && line.text.startsWith(MARK));
  if (marked !== -1) throw new Refusal('input-invalid', { detail: `A comment cannot begin with ${MARK}.` });
  const covered = coveredLines({ id: keys.id, ...parts });
  return documentText(covered, macOf(keys, covered));
}

/** The form in which faults of a file are told: its name, the line, what is wrong there. */
export function fault(code: 'env-file-invalid' | 'env-file-altered', file: string, faults: readonly EnvFault[]): Refusal {
  return new Refusal(code, { errors: faults.map(({ line, detail }) => ({ pointer: file, line, detail })) });
}
