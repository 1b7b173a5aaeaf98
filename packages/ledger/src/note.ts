import { fromBase64, toBase64 } from './hash.ts';
import { LedgerError } from './errors.ts';
import { isKeyName } from './key.ts';
import type { Signer, Verifier } from './key.ts';

/** C2SP signed-note asks verifiers to accept at least 16 signatures; post-quantum ones reach almost 5 kB each. */
const signaturesMax = 32;
export const noteBytesMax: number = 192 * 1024;
const signatureLine = /^\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)$/u;

/** One signature line of a note. `keyId` is 8 hexadecimal digits. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** A note whose signatures were not checked yet: do not use its text. */
export interface UncheckedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A note with at least one good signature of a known key; `signers` are the keys that signed. */
export interface OpenedNote {
  readonly text: string;
  readonly signers: readonly Verifier[];
  readonly unknownSignatures: number;
}

/**
 * Signs a text as a C2SP signed note. The text must end in a newline.
 *
 * @example
 * const note = signNote('hello\n', [parseSigner(skey)]);
 */
export function signNote(text: string, signers: readonly Signer[]): string {
  if (!text.endsWith('\n') || !isNoteText(text) || signers.length === 0 || signers.length > signaturesMax) throw malformed();
  const bytes = Buffer.from(text);
  const lines = signers.map((signer) => {
    const raw = Buffer.concat([Buffer.from(signer.keyId, 'hex'), signer.sign(bytes)]);
    return `\u2014 ${signer.name} ${toBase64(raw)}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * Opens a note against known keys. Signatures of unknown keys are ignored; a known key's bad signature refuses the whole note;
 * a note no known key signed is refused.
 *
 * @example
 * const { text } = openNote(bytes, [parseVerifier(vkey)]);
 */
export function openNote(note: Uint8Array, verifiers: readonly Verifier[]): OpenedNote {
  const { text, signatures } = splitNote(note);
  const bytes = Buffer.from(text);
  const signers = new Set<Verifier>();
  let unknownSignatures = 0;
  for (const { name, keyId, signature } of signatures) {
    const verifier = verifiers.find((known) => known.name === name && known.keyId === keyId);
    if (verifier === undefined) unknownSignatures += 1;
    else if (verifier.verify(bytes, signature)) signers.add(verifier);
    else throw new LedgerError('signature-invalid', `the signature of ${name}+${keyId} does not match the text`);
  }
  if (signers.size === 0) throw new LedgerError('signature-unknown', 'no trusted key signed this note');
  return { text, signers: [...signers], unknownSignatures };
}

/**
 * Splits a note without checking any signature; for programs that route or store notes.
 *
 * @example
 * const { signatures } = splitNote(bytes);
 */
export function splitNote(note: Uint8Array): UncheckedNote {
  const whole = decodeNote(note);
  // The text may contain empty lines itself: the last one separates.
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n') || split + 2 >= whole.length) throw malformed();
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > signaturesMax) throw malformed();
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = signatureLine.exec(line) ?? [];
  const raw = fromBase64(encoded);
  if (!isKeyName(name) || raw === null || raw.length < 5) throw malformed();
  return { name, keyId: Buffer.from(raw.subarray(0, 4)).toString('hex'), signature: raw.subarray(4) };
}

function decodeNote(note: Uint8Array): string {
  if (note.length > noteBytesMax) throw malformed();
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(note);
  } catch {
    throw malformed();
  }
  if (!isNoteText(text)) throw malformed();
  return text;
}

/** UTF-8 without ASCII control characters other than newline (C2SP signed-note). */
function isNoteText(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control bytes are exactly what this refuses
  return text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/u.test(text);
}

function malformed(): LedgerError {
  return new LedgerError('note-malformed', 'not a signed note');
}
