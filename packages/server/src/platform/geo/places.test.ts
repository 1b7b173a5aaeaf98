import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { readAsnTable } from './asn-table.ts';
import { CENTRES } from './country-table.ts';
import { distanceKm } from './distance.ts';
import { parsePublic } from './is-public.ts';
import { openPlaces } from './places.ts';

describe('where an address is', async () => {
  const places = await openPlaces({});

  // Facts that have held for years; anything that moves is no test.
  test.each([
    ['1.1.1.1', 13335, 'hosting'],
    ['8.8.8.8', 15169, 'unknown'],
    ['::ffff:8.8.8.8', 15169, 'unknown'],
    ['2001:4860:4860::8888', 15169, 'unknown'],
    ['2606:4700:4700::1111', 13335, 'hosting'],
  ] as const)('%s is announced by AS%i', (address, asn, kind) => expect(places.find(address)).toMatchObject({ asn, kind }));

  test('the country and its middle', () => {
    const place = places.find('8.8.8.8');
    expect(place).toMatchObject({ country: 'US', at: CENTRES.get('US') });
    expect(place?.network).toContain('Google');
    expect(places.find('193.0.6.139')?.country).toBe('NL');
    expect(places.find('8.8.8.8')).toBe(place);
  });

  test('a database that is none is refused, and one of the same format is asked first', async () => {
    const own = createRequire(import.meta.url).resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');
    // It has countries without places: then the middle of the country stands in.
    expect((await openPlaces({ cityFile: own })).find('8.8.8.8')).toEqual(places.find('8.8.8.8'));
    await expect(openPlaces({ cityFile: import.meta.filename })).rejects.toThrow();
    await expect(openPlaces({ cityFile: '/nowhere/city.mmdb' })).rejects.toThrow();
  });

  test.each([
    '10.1.2.3',
    '127.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    '192.0.2.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    'fe80::1',
    'fc00::1',
    '2001:db8::1',
    '::ffff:10.0.0.1',
    '',
    'no address',
    '1'.repeat(10_000),
  ])('%s is nowhere', (address) => expect(places.find(address)).toBeNull());
});

describe('ranges of networks', () => {
  async function* piecesOf(text: string, bytes: number): AsyncGenerator<Buffer> {
    const whole = Buffer.from(text);
    for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes);
  }
  const words = new Uint32Array(4);
  const TEXT = [
    '1.0.0.0,1.0.0.255,13335,"Cloud, ""Inc."""',
    'nonsense',
    '1.0.4.0,1.0.7.255,38803,Plain',
    '1.0.9.0,::1,5,Mixed',
    '2a00::,2a00:0:1:ffff:ffff:ffff:ffff:ffff,99999,Six',
    `9.9.9.9,9.9.9.9,77777777777,${'n'.repeat(3000)}`,
  ].join('\n');

  test.each([1, 7, 4096])('are read whatever the pieces are (%i bytes)', async (bytes) => {
    const table = await readAsnTable([piecesOf(TEXT, bytes)]);
    const asnOf = (address: string): number | null => table.find(words, parsePublic(address, words) as 32 | 128);
    expect(table.ranges).toBe(3);
    expect(['1.0.0.0', '1.0.0.255', '1.0.1.0', '1.0.7.255', '1.0.8.0', '0.255.255.255', '1.0.9.0'].map(asnOf)).toEqual([
      13335,
      13335,
      null,
      38803,
      null,
      null,
      null,
    ]);
    expect(['2a00::1', '2a00:0:1:ffff::1', '2a00:0:2::', '2001:4860::1'].map(asnOf)).toEqual([99999, 99999, null, null]);
    expect([table.nameOf(13335), table.nameOf(38803), table.nameOf(1)]).toEqual(['Cloud, "Inc."', 'Plain', null]);
  });

  test('the table of countries has sane places only', () => {
    expect(CENTRES.size).toBeGreaterThan(240);
    for (const [country, { latitude, longitude, radiusKm }] of CENTRES) {
      expect(country).toMatch(/^[A-Z]{2}$/u);
      expect(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && radiusKm >= 10 && radiusKm <= 5500, country).toBe(true);
    }
  });

  test('distances are those of a globe', () => {
    const [berlin, sydney] = [
      { latitude: 52.5, longitude: 13.4 },
      { latitude: -33.9, longitude: 151.2 },
    ];
    expect(distanceKm(berlin, berlin)).toBe(0);
    expect(distanceKm(berlin, sydney)).toBeCloseTo(16_090, -2);
    expect(distanceKm({ latitude: 0, longitude: 179 }, { latitude: 0, longitude: -179 })).toBeLessThan(230);
  });
});
