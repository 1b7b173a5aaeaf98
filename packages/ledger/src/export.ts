import { parseCanonical, writeCanonical } from './canonical-json.ts';
import type { CanonicalJson } from './canonical-json.ts';
import type { Checkpoint } from './checkpoint.ts';
import { parseDecimal, sha256, toBase64 } from './hash.ts';
import { atPath, LedgerError } from './errors.ts';
import type { Signer } from './key.ts';
import { openNote, signNote } from './note.ts';
import { tilePath, tilesForGrowth } from './tile.ts';
import { assertInRange } from './trust.ts';
import type { Trust } from './trust.ts';

/** Names of the fixed files of an export; everything else lies under `tile/`. */
export const exportFiles = {
  checkpoint: 'checkpoint',
  trust: 'trust',
  manifest: 'manifest.json',
  manifestSignature: 'manifest.sig',
} as const;

/** About 100 bytes a file: room for logs of some 80 million entries. */
export const manifestBytesMax: number = 64 * 1024 * 1024;
const manifestVersion = 1;
const signatureHeader = 'holdfast-manifest v1';
const exportFilesMax = 600_000;

/** One file of an export. */
export interface ManifestFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What an export must contain, each file with its digest. */
export interface Manifest {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly files: readonly ManifestFile[];
}

/**
 * Every path an export of a log of `size` entries holds besides the manifest and its signature, in the manifest's order.
 *
 * @example
 * for (const path of exportPaths(size)) await copy(path);
 */
export function exportPaths(size: number): string[] {
  return [exportFiles.checkpoint, exportFiles.trust, ...tilesForGrowth(0, size).map(tilePath)].sort();
}

/**
 * Describes one file for the manifest.
 *
 * @example
 * files.push(describeFile('checkpoint', bytes));
 */
export function describeFile(path: string, bytes: Uint8Array): ManifestFile {
  return { path, bytes: bytes.length, sha256: sha256(bytes).toString('hex') };
}

/** The head the manifest speaks for, its files in any order, and who signs. */
export interface ManifestParts {
  readonly checkpoint: Checkpoint;
  readonly files: readonly ManifestFile[];
  readonly signers: readonly Signer[];
}

/** The two files `writeManifest` produces. */
export interface SignedManifest {
  readonly manifest: Uint8Array;
  readonly signature: string;
}

/**
 * Writes `manifest.json` and `manifest.sig`. The signature covers the manifest's SHA-256, so a verifier hashes raw bytes and
 * never has to reproduce the JSON.
 *
 * @example
 * const { manifest, signature } = writeManifest({ checkpoint, files, signers: [signer] });
 */
export function writeManifest(parts: ManifestParts): SignedManifest {
  const { origin, size, root } = parts.checkpoint;
  const files = parts.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const paths = exportPaths(size);
  if (files.length !== paths.length || files.some((file, i) => file.path !== paths[i])) {
    throw new LedgerError('manifest-mismatch', 'the files are not those of a log of this size');
  }
  const manifest = writeCanonical({ v: manifestVersion, origin, size, root: toBase64(root), files }, manifestBytesMax);
  return { manifest, signature: signNote(signatureText(size, manifest), parts.signers) };
}

// The text has two lines, so a log key's signature over it can never pass for a checkpoint, which has three.
function signatureText(size: number, manifest: Uint8Array): string {
  return `${signatureHeader}\n${size} ${sha256(manifest).toString('hex')}\n`;
}

/**
 * Checks `manifest.sig` against the trusted keys and the manifest's bytes, then reads the manifest.
 *
 * @example
 * const { files } = openManifest({ manifest, signature }, trust);
 */
export function openManifest(signed: { manifest: Uint8Array; signature: Uint8Array }, trust: Trust): Manifest {
  const size = openSignature(signed, trust);
  const manifest = atPath(exportFiles.manifest, () => readManifest(parseCanonical(signed.manifest, manifestBytesMax)));
  if (manifest.size !== size)
    throw new LedgerError('manifest-mismatch', 'signed for another size', { path: exportFiles.manifest });
  return manifest;
}

function openSignature(signed: { manifest: Uint8Array; signature: Uint8Array }, trust: Trust): number {
  const verifiers = trust.keys.map((key) => key.verifier);
  return atPath(exportFiles.manifestSignature, () => {
    const { text, signers, unknownSignatures } = openNote(signed.signature, verifiers);
    // An unknown signature here could be altered unnoticed; checkpoints may carry witnesses, manifests have no need to.
    if (unknownSignatures > 0) throw new LedgerError('signature-unknown', 'the manifest carries a signature of an unknown key');
    const size = parseDecimal(/^[^\n]+\n([0-9]+) /.exec(text)?.[1] ?? '');
    if (size === null || !text.startsWith(`${signatureHeader}\n`)) throw malformed('its signature has another form');
    assertInRange(trust, signers, size);
    if (text !== signatureText(size, signed.manifest)) {
      throw new LedgerError('file-changed', 'the manifest is not the signed one', { path: exportFiles.manifest });
    }
    return size;
  });
}

function readManifest(value: CanonicalJson): Manifest {
  const fields = members(value, ['files', 'origin', 'root', 'size', 'v']);
  const [origin, size, root, files] = [fields.get('origin'), fields.get('size'), fields.get('root'), fields.get('files')];
  if (fields.get('v') !== manifestVersion) throw malformed('unknown version');
  if (typeof origin !== 'string' || typeof size !== 'number' || typeof root !== 'string')
    throw malformed('its head is incomplete');
  if (!Array.isArray(files) || files.length > exportFilesMax) throw malformed('its files are not a list');
  return { origin, size, root, files: files.map(readFile) };
}

function readFile(value: CanonicalJson): ManifestFile {
  const fields = members(value, ['bytes', 'path', 'sha256']);
  const [path, bytes, digest] = [fields.get('path'), fields.get('bytes'), fields.get('sha256')];
  if (typeof path !== 'string' || typeof bytes !== 'number' || typeof digest !== 'string')
    throw malformed('a file entry is incomplete');
  return { path, bytes, sha256: digest };
}

/** Canonical JSON has its keys sorted, so the names can be compared in order. */
function members(value: CanonicalJson, names: readonly string[]): ReadonlyMap<string, CanonicalJson> {
  if (value === null || typeof value !== 'object') throw malformed('an object was expected');
  const fields = new Map(Object.entries<CanonicalJson>(value));
  if ([...fields.keys()].join() !== names.join()) throw malformed('a field is missing or unknown');
  return fields;
}

function malformed(detail: string): LedgerError {
  return new LedgerError('manifest-malformed', `not an export manifest: ${detail}`);
}
