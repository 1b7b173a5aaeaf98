import { CopyButton } from './CopyButton.tsx';

const PLAIN = /^[\w@%+=:,./-]+$/u;
/** For a POSIX shell: nothing inside single quotes means anything but the quote itself. */
const quote = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

/**
 * What the page does, as a command.
 *
 * @example commandOf('ban', 'add', '203.0.113.7', '--reason', 'scans at night') // holdfast ban add 203.0.113.7 --reason 'scans at night'
 */
export const commandOf = (...words: readonly string[]): string => ['holdfast', ...words.map(quote)].join(' ');

/** Every action of a page has its command; with this it goes to a terminal, a script or a colleague. */
export function CopyAsCli({ words }: { readonly words: readonly string[] }) {
  return <CopyButton text={commandOf(...words)} label="Copy as a CLI command" words="CLI" />;
}
