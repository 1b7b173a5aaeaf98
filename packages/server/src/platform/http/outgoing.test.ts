import { describe, expect, it } from 'vitest';
import { guardedLookup, hostFault, outgoingFault, reachOf } from './outgoing.ts';

const look = async (name: string, isPlain: boolean, all: boolean): Promise<unknown> =>
  new Promise((resolve) => guardedLookup({ isPlain })(name, { all }, (error, found) => resolve(error ?? found)));

describe('where something may be sent', () => {
  it('is told by the address, however it is written', () => {
    for (const address of ['192.0.2.7', '8.8.8.8', '2001:db8::1', '::ffff:8.8.8.8'])
      expect(reachOf(address), address).toBe('public');
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.7.7',
      '100.64.0.1',
      '::1',
      'fd12::1',
      '::ffff:10.0.0.1',
    ])
      expect(reachOf(address), address).toBe('private');
    const forbidden = ['169.254.169.254', '0.0.0.0', '::', 'fe80::1', 'fe80::1%eth0', '224.0.0.1', '255.255.255.255'];
    const written = ['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', 'fd00:ec2::254', '100.100.100.200', 'x'];
    for (const address of [...forbidden, ...written]) expect(reachOf(address), address).toBe('forbidden');
  });

  it('is encrypted outside of private networks, and never at a metadata service', () => {
    for (const url of [
      'https://hooks.example.test/x',
      'http://127.0.0.1:9/',
      'http://[::1]:9/',
      'https://10.0.0.7/',
      'http://siem:4318/',
    ])
      expect(outgoingFault(new URL(url)), url).toBeNull();
    const bad = ['http://8.8.8.8/', 'https://169.254.169.254/', 'http://[fe80::1]/', 'https://metadata.google.internal./'];
    const odd = ['https://a:b@hooks.example.test/', 'ftp://10.0.0.1/', 'http://2852039166/'];
    for (const url of [...bad, ...odd]) expect(outgoingFault(new URL(url)), url).not.toBeNull();
    expect(hostFault('METADATA.google.internal', { isPlain: false })).not.toBeNull();
    expect(hostFault('siem.internal', { isPlain: true })).toBeNull();
  });

  it('is judged again when the name is resolved', async () => {
    expect(await look('localhost', true, true)).toEqual(expect.arrayContaining([expect.objectContaining({ family: 4 })]));
    expect(await look('127.0.0.1', true, false)).toBe('127.0.0.1');
    expect(String(await look('169.254.169.254', false, true))).toContain('link-local');
    expect(String(await look('8.8.8.8', true, false))).toContain('encrypted');
    expect(await look('8.8.8.8', false, false)).toBe('8.8.8.8');
  });
});
