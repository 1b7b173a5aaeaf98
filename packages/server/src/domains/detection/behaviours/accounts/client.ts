const AGENT_CHARS_MAX = 512;

/** The first that is named wins: most agents name those that they descend from as well. */
const FAMILIES: readonly (readonly [token: string, family: string])[] = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chrome/', 'Chrome'],
  ['Chromium/', 'Chrome'],
  ['Safari/', 'Safari'],
];
const SYSTEMS: readonly (readonly [token: string, system: string])[] = [
  ['iPhone', 'iOS'],
  ['iPad', 'iOS'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['CrOS', 'ChromeOS'],
  ['Macintosh', 'macOS'],
  ['Linux', 'Linux'],
];

const nameIn = (agent: string, names: readonly (readonly [string, string])[]): string | null =>
  names.find(([token]) => agent.includes(token))?.[1] ?? null;

/**
 * What kind of client it says it is, without its version: an update makes no other client. A browser by name and system,
 * anything else by the product that it begins with. Null = it says nothing.
 *
 * @example agentFamily('curl/8.9.1') // 'curl'
 */
export function agentFamily(userAgent: string): string | null {
  const held = known.get(userAgent);
  if (held !== undefined) return held;
  const family = readFamily(userAgent);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(userAgent, family);
  return family;
}

/** There are few agents and many requests. Bounded, cleared when full. */
const KNOWN_MAX = 4096;
const known = new Map<string, string | null>();

function readFamily(userAgent: string): string | null {
  const agent = userAgent.slice(0, AGENT_CHARS_MAX);
  if (agent.trim() === '') return null;
  const family = agent.startsWith('Mozilla/') ? nameIn(agent, FAMILIES) : null;
  const product = family ?? agent.split(/[/ ;(]/u, 1)[0] ?? '';
  const system = nameIn(agent, SYSTEMS);
  return system === null ? product : `${product} on ${system}`;
}
