import { isDeepStrictEqual } from 'node:util';

type Settings = Readonly<Record<string, unknown>>;

const isSettings = (value: unknown): value is Settings => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What of some settings differs from their defaults. A later version knows more settings, all with a default: a declaration that
 * was not edited must not look edited because of them.
 */
export function deviationFrom(defaults: Settings, settings: Settings): Settings {
  const kept: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(settings)) {
    const normal = defaults[name];
    if (isDeepStrictEqual(value, normal)) continue;
    kept[name] = isSettings(value) && isSettings(normal) ? deviationFrom(normal, value) : value;
  }
  return kept;
}
