import type { VaultParts } from '../ports.ts';
import { decidedBelow, needs, type VaultRoute } from '../wire/routes.ts';
import { createKv } from './kv.ts';

/** Secrets of applications as key-value engines of version 2: one for each application, and `secret` for what is of none. */
export function kvRoutes(parts: Pick<VaultParts, 'secrets' | 'applications' | 'descriptions'>): readonly VaultRoute[] {
  const kv = createKv(parts);
  const write = decidedBelow('secret:write', kv.write);
  return [
    {
      path: ':mount/data/*path',
      operations: {
        read: decidedBelow('secret:reveal', kv.read),
        write,
        patch: decidedBelow('secret:write', kv.patch),
        delete: decidedBelow('secret:write', kv.deleteCurrent),
      },
    },
    { path: ':mount/delete/*path', operations: { write: decidedBelow('secret:write', kv.deleteVersions) } },
    { path: ':mount/undelete/*path', operations: { write: decidedBelow('secret:write', kv.undeleteVersions) } },
    { path: ':mount/destroy/*path', operations: { write: decidedBelow('secret:write', kv.destroyVersions) } },
    {
      path: ':mount/metadata/*path',
      operations: {
        read: decidedBelow('secret:read', kv.readMetadata),
        list: decidedBelow('secret:read', kv.list),
        write: decidedBelow('secret:write', kv.writeMetadata),
        patch: decidedBelow('secret:write', kv.writeMetadata),
        delete: decidedBelow('secret:write', kv.remove),
      },
    },
    {
      path: ':mount/config',
      operations: {
        read: needs('secret:read', kv.readConfig),
        write: needs('secret:write', kv.writeConfig),
      },
    },
  ];
}
