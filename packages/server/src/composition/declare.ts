import type { ApplicationInput, Mode } from '@holdfast/contract';
import { declaredIn } from '../domains/applications/index.ts';
import { DEMO_ID, startDemo } from '../gateway/demo-upstream.ts';
import { isRefusal } from '../platform/refusal.ts';
import type { LoadedConfig } from '../platform/config/load.ts';
import type { Core } from './core.ts';
import { demoCredentials } from './demo-credentials.ts';

interface Declaring {
  readonly origins: LoadedConfig['origins'];
  readonly progress: (event: { kind: 'done' | 'warning'; step: string; detail: string }) => void;
}

/** The discard port (RFC 863): nothing is served there, and no listener is open yet either. */
const NOT_YET = 'http://127.0.0.1:9';

export interface Declared {
  readonly declared: readonly ApplicationInput[];
  /** In force now, which an operator may have changed since the declaration: `enforce` only if every application enforces. */
  readonly mode: Mode;
  readonly isDemo: boolean;
}

/** What is protected: what the configuration names, or else the demo shop, which enforces unless the operator said otherwise. */
export async function declareApplications(core: Core, io: Declaring): Promise<Declared> {
  const { config, dataDir, domains, stack } = core;
  const known = await domains.applications.list();
  const isOwn =
    config.to !== null || config.applications.length > 0 || known.some(({ application }) => application.id !== DEMO_ID);
  const mode = isOwn || io.origins.has('/mode') ? config.mode : 'enforce';
  if (isOwn) {
    // Its process ended with the one that started it: nothing would answer.
    if (known.some(({ application }) => application.id === DEMO_ID)) await domains.applications.withdraw(DEMO_ID);
    const declared = declaredIn(config);
    await domains.applications.applyDeclared(declared);
    for (const { upstream } of declared) io.progress({ kind: 'done', step: 'protects', detail: upstream });
    return { declared, mode: await modeInForce(core), isDemo: false };
  }
  const credentials = await credentialsOf(core, { mode, io, isKnown: known.length > 0 });
  const demo = stack.use(await startDemo({ dataDir, mode, login: config.login, hosts: config.host, credentials }));
  await domains.applications.applyDeclared([demo.application]);
  io.progress({ kind: 'done', step: 'demo shop started', detail: `${demo.url}, flawed on purpose, loopback only` });
  return { declared: [demo.application], mode: await modeInForce(core), isDemo: true };
}

interface Crediting {
  readonly mode: Mode;
  readonly io: Declaring;
  readonly isKnown: boolean;
}

/** A shop without its credentials still shows what Holdfast does; nothing else depends on them. */
async function credentialsOf(
  { domains, secrets }: Core,
  { mode, io, isKnown }: Crediting,
): Promise<Readonly<Record<string, string>>> {
  // Secrets belong to an application that is known, and the address of this one is known only once it runs.
  if (!isKnown) await domains.applications.applyDeclared([{ id: DEMO_ID, name: 'Demo shop', upstream: NOT_YET, mode }]);
  try {
    return await demoCredentials(secrets.secrets);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    io.progress({ kind: 'warning', step: 'demo shop without its credentials', detail: error.message });
    return {};
  }
}

async function modeInForce({ domains }: Core): Promise<Mode> {
  const views = await domains.applications.list();
  return views.every(({ application }) => application.mode === 'enforce') ? 'enforce' : 'monitor';
}
