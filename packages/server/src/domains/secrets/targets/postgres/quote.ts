/** PostgreSQL cuts longer names, and two names would be one. */
const NAME_BYTES_MAX = 63;

/** An identifier as it stands in SQL (§4.1.1): `ALTER ROLE` and `CREATE ROLE` take no parameters. */
export function quoteName(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > NAME_BYTES_MAX)
    throw new Error('assertion: names of roles are checked before');
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant. `E''` where a backslash is in it, so that `standard_conforming_strings` does not matter. */
export function quoteText(text: string): string {
  if (text.includes('\0')) throw new Error('assertion: no text of ours holds a zero');
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
