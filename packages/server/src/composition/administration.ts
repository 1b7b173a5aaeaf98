import { openAdmin, type AdminParts } from '../api/open-admin.ts';
import { fileURLToPath } from 'node:url';
import { openConsoleFiles } from '../api/console/files.ts';
import type { Core } from './core.ts';
import { placeOf } from './places.ts';
import { createVaultApi, openVaultOf } from './vault.ts';
import { createWatching } from './watching.ts';

/** Beside the server, as installed and as checked out; built by `npm run build:console`. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../../console/dist', import.meta.url));
const BY_START = { kind: 'system', ref: 'start' } as const;

interface Opening extends Pick<AdminParts, 'certificates' | 'system'> {
  /** Of the gateway, as opened. */
  readonly addresses: Readonly<Record<'https' | 'plain', string | null>>;
}

export interface Administration {
  /** Vault clients have a listener of their own, or null: then they come to that of the administration. */
  readonly addresses: { readonly admin: string; readonly vault: string | null };
  /** Null = there is an owner. */
  readonly setupLink: string | null;
}

/** Listeners by their names; null = not opened. */
export const openedOnes = (addresses: Readonly<Record<string, string | null>>) =>
  Object.entries(addresses).flatMap(([name, address]) => (address === null ? [] : [{ name, address }]));

/** The admin listener and the socket; and as long as nobody is an owner, the link that makes the first one. */
export async function openAdministration(core: Core, { certificates, system, addresses }: Opening): Promise<Administration> {
  const { config, dataDir, domains, peoplePort, log, stack, places } = core;
  const vault = createVaultApi(core);
  const shown = {
    ...core.apiParts,
    domains,
    system,
    watching: createWatching(core),
    vault,
    console: openConsoleFiles(CONSOLE_FOLDER),
  };
  const parts = { listen: config.admin.listen, dataDir, certificates, log, ...shown };
  const { address } = stack.use(await openAdmin(parts));
  places.admin = placeOf(address);
  const gateway = addresses.https ?? addresses.plain;
  if (gateway !== null) places.gateway = placeOf(gateway);
  const { admins, links } = peoplePort;
  const setupLink = (await admins.isSetupOpen())
    ? `${links.admin('setup')}${(await admins.issueSetupLink(BY_START)).token}`
    : null;
  return { addresses: { admin: address, vault: await openVaultOf(core, { vault, certificates }) }, setupLink };
}
