import type { SigmaEvent } from '@holdfast/sigma';
export declare const isSigmaCorpusPresent: boolean;
export interface Regression {
  readonly rule_id: string;
  readonly rule: string;
  readonly events: string;
  readonly format: string;
  readonly expected_matches: number | null;
}
/** Files of the archive by their path. */
export declare function readSigmaCorpus(): ReadonlyMap<string, string>;
export declare function rulesIn(files: ReadonlyMap<string, string>): readonly (readonly [string, string])[];
/** Objects one after the other, as the regression events are stored. */
export declare function concatenatedObjects(text: string): readonly unknown[];
/** Fields of a Windows event as the Sigma taxonomy names them: attributes joined with `_`, event data by their own name. */
export declare function windowsFields(event: unknown): ReadonlyMap<string, string | number | boolean | null>;
interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}
/** A request as the fields of the web rules: raw and decoded forms are values of the same field, `cs-uri-query` begins with the path. */
export declare function webEvent({ method, path, headers }: Request): SigmaEvent;
/** Honest requests of the development corpus; none where it is absent. */
export declare function readWebEvents(): readonly SigmaEvent[];
export {};
