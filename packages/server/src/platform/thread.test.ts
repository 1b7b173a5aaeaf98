import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileCacheEnvironment, startThread } from './thread.ts';

const TELLS = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import module from 'node:module';
    import { parentPort, workerData } from 'node:worker_threads';
    parentPort.postMessage({ folder: module.getCompileCacheDir() ?? null, workerData, argv: process.execArgv });
  `)}`,
);

async function told(workerData: unknown): Promise<{ folder: string | null; workerData: unknown; argv: string[] }> {
  const worker = startThread(TELLS, { name: 'test', workerData, resourceLimits: { maxOldGenerationSizeMb: 32 } });
  try {
    // The program above says this and nothing else.
    const [message] = (await once(worker, 'message')) as [{ folder: string | null; workerData: unknown; argv: string[] }];
    return message;
  } finally {
    await worker.terminate();
  }
}

describe('a thread of ours', () => {
  it('reads sources as its process does, and gets what it was given', async () => {
    const { workerData, argv } = await told({ rules: 3 });
    expect(workerData).toEqual({ rules: 3 });
    expect(argv).toContain('--conditions=@holdfast/source');
  });

  it('has the compile cache of its process; no process variable tells it to others', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-compile-'));
    module.enableCompileCache(folder);
    expect(compileCacheEnvironment()).toEqual({ NODE_COMPILE_CACHE: path.dirname(module.getCompileCacheDir() ?? '') });
    const given = await told(null);
    expect(path.dirname(given.folder ?? '')).toBe(path.dirname(module.getCompileCacheDir() ?? ''));
    expect(process.env['NODE_COMPILE_CACHE']).toBeUndefined();
  });
});
