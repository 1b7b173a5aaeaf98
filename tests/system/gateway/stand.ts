import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApplicationInput } from '@holdfast/contract';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { startOddApplication } from './odd-application.ts';
import type { OddApplication } from './odd-application.ts';

export interface Stand extends AsyncDisposable {
  readonly application: OddApplication;
  readonly server: HoldfastProcess;
}

export interface StandOptions {
  /** Changes the one application that is declared. */
  readonly change?: Partial<ApplicationInput>;
  /** More of the configuration file. */
  readonly config?: object;
  readonly args?: readonly string[];
}

/** The real process in front of the odd application, enforcing, with waits short enough for a test. */
export async function startStand({ change = {}, config = {}, args = [] }: StandOptions = {}): Promise<Stand> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-gateway-'));
  const application = await startOddApplication();
  const odd: ApplicationInput = {
    id: 'odd',
    name: 'Odd',
    upstream: application.url,
    timeouts: { connectMs: 500, headersMs: 1500, bodyIdleMs: 1500 },
    body: { uploadBytesMax: 104_857_600 },
    // Octets by chance are no file of any type; what files may be is the matter of the tests of uploads.
    uploads: { action: 'record', fileBytesMax: 104_857_600 },
    ...change,
  };
  const file = join(folder, 'holdfast.yaml');
  // The application takes its mode from the top. JSON is YAML (YAML 1.2.2 §1.3).
  writeFileSync(file, JSON.stringify({ mode: 'enforce', applications: [odd], ...config }));
  const server = await HoldfastProcess.start({ args: ['--config', file, ...args] });
  return {
    application,
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await application[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
