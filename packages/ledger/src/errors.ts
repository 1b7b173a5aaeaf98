/** Every way a ledger operation can be refused. Documented in the package README. */
export type LedgerErrorCode =
  | 'json-unsupported'
  | 'json-too-deep'
  | 'json-too-large'
  | 'json-not-canonical'
  | 'entry-too-large'
  | 'entry-malformed'
  | 'entry-mismatch'
  | 'range-invalid'
  | 'tile-path-malformed'
  | 'tile-missing'
  | 'tile-malformed'
  | 'tile-mismatch'
  | 'key-malformed'
  | 'note-malformed'
  | 'signature-invalid'
  | 'signature-unknown'
  | 'key-out-of-range'
  | 'checkpoint-malformed'
  | 'origin-mismatch'
  | 'head-inconsistent'
  | 'trust-malformed'
  | 'proof-malformed'
  | 'proof-invalid'
  | 'manifest-malformed'
  | 'manifest-mismatch'
  | 'file-missing'
  | 'file-changed'
  | 'root-mismatch';

/** Where in a log or an export the fault sits. */
export interface LedgerFaultPlace {
  readonly path?: string;
  readonly index?: number;
}

/**
 * The only error this package throws on bad input.
 *
 * @example
 * try { parseCheckpoint(text); } catch (error) { if (error instanceof LedgerError) report(error.code); }
 */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: LedgerErrorCode;
  readonly place: LedgerFaultPlace;

  constructor(code: LedgerErrorCode, detail: string, place: LedgerFaultPlace = {}) {
    super(detail);
    this.code = code;
    this.place = place;
  }
}

/** Runs a reader of one file and adds the file's name to a fault that does not carry one. */
export function atPath<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof LedgerError && error.place.path === undefined) {
      throw new LedgerError(error.code, error.message, { ...error.place, path });
    }
    throw error;
  }
}
