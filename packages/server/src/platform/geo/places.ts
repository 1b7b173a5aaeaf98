import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Reader, type Response } from 'mmdb-lib';
import { readAsnTable, type AsnTable } from './asn-table.ts';
import { CENTRES, type Centre } from './country-table.ts';
import { parsePublic } from './is-public.ts';
import { kindOfNetwork } from './networks.ts';

/** Where an address is, as far as a database knows. */
export interface Place {
  /** ISO 3166-1, two letters. */
  readonly country: string | null;
  readonly asn: number | null;
  readonly network: string | null;
  /** Of the country: its centre in degrees, and how far from it its places are at most, in kilometres. */
  readonly at: { readonly latitude: number; readonly longitude: number; readonly radiusKm: number } | null;
  readonly kind: 'hosting' | 'access' | 'unknown';
}

export interface Places {
  /** Null for private addresses, and for those that no database has. */
  find(address: string): Place | null;
}

export interface PlaceSettings {
  /** A database of cities in MaxMind's format; null = countries only. */
  readonly cityFile?: string | null;
}

const require = createRequire(import.meta.url);
const COUNTRIES = require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');
const NETWORKS = [require.resolve('@ip-location-db/asn/asn-ipv4.csv'), require.resolve('@ip-location-db/asn/asn-ipv6.csv')];
/** A place without a radius of its own is in this one: databases of cities are seldom better. */
const CITY_RADIUS_KM = 50;
const REMEMBERED_MAX = 20_000;

/**
 * Reads the databases, which takes a moment and some tens of megabytes: for the thread of the watch and for questions of
 * people, never for the path of a request.
 *
 * @example (await openPlaces({})).find('1.1.1.1')?.asn // 13335
 */
export async function openPlaces({ cityFile = null }: PlaceSettings): Promise<Places> {
  const countries = new Reader<Response>(await readFile(COUNTRIES));
  const cities = cityFile === null ? null : new Reader<Response>(await readFile(cityFile));
  const networks = await readAsnTable(NETWORKS.map((file) => createReadStream(file, { highWaterMark: 262_144 })));
  const words = new Uint32Array(4);
  return remembering((address) => {
    const bits = parsePublic(address, words);
    if (bits === 0) return null;
    const asn = networks.find(words, bits);
    const city = cities === null ? null : readCity(lookUp(cities, address));
    const country = city?.country ?? textIn(lookUp(countries, address), 'country_code');
    return asn === null && country === null ? null : placeOf({ asn, country, at: city?.at ?? null }, networks);
  });
}

interface Known {
  readonly asn: number | null;
  readonly country: string | null;
  readonly at: Centre | null;
}

function placeOf({ asn, country, at }: Known, networks: AsnTable): Place {
  return {
    country,
    asn,
    network: asn === null ? null : networks.nameOf(asn),
    at: at ?? (country === null ? null : (CENTRES.get(country) ?? null)),
    kind: kindOfNetwork(asn),
  };
}

/** A database that is damaged in one place knows nothing there. */
function lookUp(database: Reader<Response>, address: string): unknown {
  try {
    return database.get(address);
  } catch {
    return null;
  }
}

const fieldOf = (record: unknown, name: string): unknown =>
  typeof record === 'object' && record !== null && Object.hasOwn(record, name) ? Reflect.get(record, name) : undefined;

function textIn(record: unknown, name: string): string | null {
  const value = fieldOf(record, name);
  return typeof value === 'string' && /^[A-Z]{2}$/u.test(value) ? value : null;
}

/** MaxMind nests (`location.latitude`), others with the same format do not (`latitude`). */
function readCity(record: unknown): { country: string | null; at: Centre | null } {
  const country = textIn(fieldOf(record, 'country'), 'iso_code') ?? textIn(record, 'country_code');
  const place = fieldOf(record, 'location') ?? record;
  const [latitude, longitude] = [Number(fieldOf(place, 'latitude')), Number(fieldOf(place, 'longitude'))];
  const radius = fieldOf(place, 'accuracy_radius');
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  const radiusKm = typeof radius === 'number' && radius > 0 ? radius : CITY_RADIUS_KM;
  return { country, at: isPlace ? { latitude, longitude, radiusKm } : null };
}

/** The same few addresses ask again and again. */
function remembering(find: (address: string) => Place | null): Places {
  const known = new Map<string, Place | null>();
  return {
    find(address) {
      const held = known.get(address);
      if (held !== undefined) return held;
      const found = find(address);
      if (known.size >= REMEMBERED_MAX) known.clear();
      known.set(address, found);
      return found;
    },
  };
}
