import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { loadConfig, type LoadedConfig } from './load.ts';
import { watchConfig } from './watch.ts';

test('a good change arrives; a half-written or invalid file keeps the old one and is reported', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hf-watch-'));
  const file = path.join(folder, 'holdfast.yaml');
  writeFileSync(file, 'mode: monitor\n');
  const load = (): LoadedConfig => loadConfig({ folder, environment: {} });
  const modes: string[] = [];
  const refused: string[] = [];
  {
    await using watch = watchConfig({
      file,
      load,
      onChange: ({ config }) => void modes.push(config.mode),
      onRefused: ({ errors }) => void refused.push(errors[0]?.pointer ?? '?'),
      pollMs: 100,
    });
    writeFileSync(file, 'mode: enforce\n');
    await vi.waitFor(() => expect(modes).toEqual(['enforce']), { timeout: 10_000 });
    writeFileSync(file, 'mode: enforced\n');
    await vi.waitFor(() => expect(refused).toEqual(['/mode']), { timeout: 10_000 });
    expect(modes).toEqual(['enforce']);
    writeFileSync(file, 'mode: monitor # back again\n');
    await vi.waitFor(() => expect(modes).toEqual(['enforce', 'monitor']), { timeout: 10_000 });
    await watch.reload();
    expect(modes).toHaveLength(3);
  }
  rmSync(folder, { recursive: true });
});
