import type { FileFinding, UploadState, UploadTotal, UploadView } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

export const STATE_WORDS: Readonly<Record<UploadState, string>> = {
  held: 'held',
  clean: 'clean, undecided',
  infected: 'infected',
  released: 'released',
  deleted: 'deleted',
};
export const STATE_TONES: Readonly<Record<UploadState, Tone>> = {
  held: 'watch',
  clean: 'note',
  infected: 'stop',
  released: 'ok',
  deleted: 'plain',
};

export const CAUSE_WORDS: Readonly<Record<UploadView['cause'], string>> = {
  infected: 'A scanner named it malware, or its hash is listed.',
  unscanned: 'No scanner could look at it.',
  policy: 'The settings of the application hold such files.',
};

export const OUTCOME_WORDS: Readonly<Record<UploadTotal['outcome'], string>> = {
  passed: 'passed on',
  refused: 'refused',
  held: 'held',
  infected: 'infected',
};

/** What a code means, for somebody who never read a specification. Codes that are not here are shown as they are. */
const FINDING_WORDS = new Map([
  ['active-svg', 'A picture (SVG) with a script or a reference to the outside'],
  ['active-html', 'A page with scripts'],
  ['active-pdf', 'A PDF that runs something when it is opened'],
  ['macro', 'A document with macros'],
  ['external-reference', 'It loads something from elsewhere'],
  ['embedded-object', 'It carries another file inside'],
  ['archive-encrypted', 'An encrypted archive: nobody can see what is in it'],
  ['document-encrypted', 'An encrypted document: nobody can see what is in it'],
  ['polyglot', 'It is two kinds of file at once'],
  ['trailing-data', 'Something follows after its end'],
  ['code-in-image', 'A picture with code inside'],
  ['type-mismatch', 'Its name, its declared type and its content do not agree'],
  ['structure-broken', 'It is damaged or cut'],
  ['unjudged', 'Nobody could look at it in time'],
  ['listed', 'Its hash is on the list of bad files, or these bytes were found infected before'],
  ['malware', 'A scanner named it malware'],
]);

export const sayFinding = ({ code }: Pick<FileFinding, 'code'>): string => FINDING_WORDS.get(code) ?? code;

/** The first thing that speaks against it. */
export function sayAgainst({ scans, findings, cause }: UploadView): string {
  const named = scans.find(({ verdict }) => verdict === 'infected');
  if (named !== undefined) return named.detail;
  const [finding] = findings;
  return finding === undefined ? CAUSE_WORDS[cause] : sayFinding(finding);
}

const KILOBYTE = 1024;
const MEGABYTE = 1_048_576;
export const sayBytes = (bytes: number): string =>
  bytes < KILOBYTE
    ? `${bytes} bytes`
    : bytes < MEGABYTE
      ? `${Math.round(bytes / KILOBYTE)} KiB`
      : `${Math.round(bytes / MEGABYTE)} MiB`;
