const TECHNIQUE = /^attack\.(?<technique>t\d{4}(?:\.\d{3})?)$/iu;
const ATTACKS_MAX = 16;

/** MITRE ATT&CK techniques among the tags of a rule. */
export function attacksOf(tags: readonly string[]): string[] {
  const found = tags.flatMap((tag) => TECHNIQUE.exec(tag)?.groups?.['technique']?.toLowerCase() ?? []);
  return [...new Set(found)].slice(0, ATTACKS_MAX);
}
