import type { Links } from '../api/parts.ts';
import type { Applications } from '../domains/applications/index.ts';
import { adminMount, applicationMount } from '../domains/identity/index.ts';
import { parseListen } from '../platform/config/listen.ts';
import type { Config } from '../platform/config/schema.ts';

/** Where people reach the listeners: what the configuration asks for, then what was opened. */
export interface Places {
  admin: URL;
  gateway: URL;
}

/** The certificate names localhost, and passkeys belong to names: an address of this machine is shown as its name. */
export function placeOf(origin: string): URL {
  const place = new URL(origin);
  if (/^(?:127\.|0\.0\.0\.0$|\[::1?\]$)/u.test(place.hostname)) place.hostname = 'localhost';
  return place;
}

export function configuredPlaces({ admin, listen }: Config): Places {
  const at = (text: string, scheme: string): URL => {
    const parsed = parseListen(text);
    if (parsed === null) throw new Error('assertion: the configuration schema admits only readable places');
    return placeOf(`${scheme}://${text}`);
  };
  const gateway =
    listen.plain === null ? at(listen.https === 'off' ? '127.0.0.1:443' : listen.https, 'https') : at(listen.plain, 'http');
  return { admin: at(admin.listen, 'https'), gateway };
}

/** Addresses up to the `#` before their secret: what stands behind it reaches no log (ASVS 5.0 14.2.1). */
export function createLinks(places: Places, applications: Pick<Applications, 'list'>): Links {
  return {
    admin: (page) => `${places.admin.origin}${adminMount.path(page)}#`,
    async application(id) {
      const all = (await applications.list()).map(({ application }) => application);
      const wanted = id === undefined ? all[0] : all.find((application) => application.id === id);
      if (wanted === undefined) return null;
      const name = wanted.hosts.find((host) => !host.startsWith('*'));
      const place = new URL(places.gateway);
      if (name !== undefined) place.hostname = name;
      // Behind a TLS terminator people come over HTTPS, at its port.
      const isTerminated = place.protocol === 'http:' && name !== undefined;
      const origin = isTerminated ? `https://${name}` : place.origin;
      return `${origin}${applicationMount.path('invite')}#`;
    },
  };
}
