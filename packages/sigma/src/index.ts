export { DIAGNOSTICS, type Diagnostic, type DiagnosticCode, type Place } from './diagnostic.ts';
export { readDocuments } from './document/read.ts';
export { DEFAULT_LIMITS } from './limits.ts';
export { compileScanner } from './engine/compile.ts';
export { Scanner } from './engine/scanner.ts';
export { flatten, type SigmaEvent } from './engine/event.ts';
