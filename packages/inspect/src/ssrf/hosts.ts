import { readIpv4, readIpv6, type Reach } from './ip.ts';

/** What a host stands for once every spelling of it is undone. */
export interface HostReading {
  reach: Reach | 'internal-name' | 'office-name' | 'listener';
  isDisguised: boolean;
  /** The host as a resolver would ask for it. */
  name: string;
}

const HOST_LENGTH_MAX = 255;
/** Dots that IDNA takes for a full stop (UTS 46 §2.3). */
const IDNA_DOTS = /[\u3002\uff0e\uff61]/g;
/** Code points that IDNA maps to nothing. */
const IGNORED = /[\u00ad\u2060\ufeff]|[\u200b-\u200d]|[\ufe00-\ufe0f]/g;
const LOOPBACK_NAMES = new Set([
  'localhost',
  'localhost4',
  'localhost6',
  'localhost.localdomain',
  'localhost4.localdomain4',
  'localhost6.localdomain6',
  'ip6-localhost',
  'ip6-loopback',
  'ip6-localnet',
  'ip6-mcastprefix',
  'ip6-allnodes',
  'ip6-allrouters',
  'ip6-allhosts',
  'localdomain',
  'loopback',
  'broadcasthost',
  'host.docker.internal',
  'gateway.docker.internal',
  'kubernetes.docker.internal',
  'host.containers.internal',
  'gateway.containers.internal',
  'host.lima.internal',
  'docker.for.mac.localhost',
]);
/** Public zones all of whose names lead to 127.0.0.1. */
const LOOPBACK_ZONES = [
  'localtest.me',
  'lvh.me',
  'vcap.me',
  'lacolhost.com',
  'localho.st',
  'fuf.me',
  'local.gd',
  'localh.st',
  'localdomain.pw',
  'loopback.jp',
  'bugbounty.dod.network',
  'mail.ebc.apple.com',
  'spoofed.burpcollaborator.net',
];
/** Zones whose names answer with the address written in them, or with two addresses in turn (DNS rebinding). */
const WILDCARD_ZONES = ['nip.io', 'sslip.io', 'xip.io', 'xip.name', 'rbndr.us', '1u.ms', 'ip6.name', 'traefik.me', 'backname.io'];
const METADATA_NAMES = new Set([
  'metadata',
  'instance-data',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'metadata.tencentyun.com',
  'metadata.azure.internal',
  'metadata.azure.com',
  'metadata.nicira.com',
  'instance-data.ec2.internal',
  'rancher-metadata',
  'rancher.internal',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]);
/** Zones that exist only inside a network (RFC 6761, 6762, 8375, and the names container engines give their hosts). */
const INTERNAL_ZONES = ['internal', 'localdomain', 'svc', 'cluster.local', 'consul', 'private'];
/** Zones of homes and offices, whose members may well link to each other. */
const OFFICE_ZONES = ['local', 'lan', 'corp', 'intranet', 'home', 'home.arpa'];
/** Where the testers' tools listen for the request that proves the flaw. */
const LISTENER_ZONES = [
  'burpcollaborator.net',
  'oastify.com',
  'oast.me',
  'oast.fun',
  'oast.pro',
  'oast.live',
  'oast.site',
  'oast.online',
  'interact.sh',
  'interactsh.com',
  'dnslog.cn',
  'ceye.io',
  'bxss.me',
  'xss.ht',
  'canarytokens.com',
  'requestrepo.com',
  'dnslog.link',
];

/**
 * Reads a host as a resolver would, after IDNA's mapping (UTS 46) and the old forms of addresses.
 *
 * @example readHost('127.0.0.1.nip.io').reach // 'loopback'
 */
export function readHost(raw: string): HostReading | undefined {
  if (raw === '' || raw.length > HOST_LENGTH_MAX) return undefined;
  const plain = raw.toLowerCase();
  const mapped = isAscii(plain)
    ? plain
    : plain.replaceAll(IGNORED, '').normalize('NFKC').toLowerCase().replaceAll(IDNA_DOTS, '.');
  const name = mapped.replace(/\.$/, '');
  // A mapping that leaves only ASCII was not done for a name in another script.
  const isFolded = mapped !== plain && isAscii(mapped);
  const ip = name.includes(':') ? readIpv6(name) : endsInNumber(name) ? readIpv4(name) : undefined;
  if (ip !== undefined) return { reach: ip.reach, isDisguised: ip.isDisguised || isFolded, name };
  // A last label that is a number makes an address or nothing; readers with prefixes of their own (`0o177.1`) still take it.
  if (/^[\da-z]+(?:\.[\da-z]+){1,3}$/.test(name) && endsInNumber(name)) return { reach: 'public', isDisguised: true, name };
  const reach = reachOfName(name);
  return reach === undefined ? undefined : { reach, isDisguised: isFolded || isEmbedded(name), name };
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

/** WHATWG URL §3.5: such a host is an IPv4 address or nothing. */
function endsInNumber(name: string): boolean {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return /^(?:\d+|0x[\da-f]*)$/.test(last);
}

function reachOfName(name: string): HostReading['reach'] | undefined {
  if (!/^[^\s\p{Cc}<>"'`{}|^\\/?#@:[\]!$&()*,;=%~+]+$/u.test(name)) return undefined;
  if (METADATA_NAMES.has(name)) return 'metadata';
  if (LOOPBACK_NAMES.has(name) || name.endsWith('.localhost')) return 'loopback';
  if (LOOPBACK_ZONES.some((zone) => isWithin(name, zone))) return 'loopback';
  const inner = embeddedReach(name);
  if (inner !== undefined && inner !== 'public') return inner;
  if (INTERNAL_ZONES.some((zone) => name.endsWith(`.${zone}`))) return 'internal-name';
  if (LISTENER_ZONES.some((zone) => isWithin(name, zone))) return 'listener';
  return OFFICE_ZONES.some((zone) => name.endsWith(`.${zone}`)) || !name.includes('.') ? 'office-name' : 'public';
}

function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** A name that stands for an address written in it, or may do so in a way not known here. */
function isEmbedded(name: string): boolean {
  if (LOOPBACK_ZONES.some((zone) => isWithin(name, zone))) return true;
  const reach = embeddedReach(name);
  return reach === undefined ? WILDCARD_ZONES.some((zone) => name.endsWith(`.${zone}`)) : reach !== 'public';
}

/** An inner address in front of a public zone: four labels, four numbers with dashes, or eight digits of hexadecimal. */
function embeddedReach(name: string): Reach | undefined {
  const dotted = /(?:^|[.-])(\d{1,3}[.-]\d{1,3}[.-]\d{1,3}[.-]\d{1,3})[.-][a-z]/.exec(name)?.[1];
  if (dotted !== undefined && isZoneLike(name)) return readIpv4(dotted.replaceAll('-', '.'))?.reach;
  if (!WILDCARD_ZONES.some((zone) => isWithin(name, zone))) return undefined;
  const hexadecimal = /(?:^|[.-])([\da-f]{8})(?=[.-])/.exec(name)?.[1];
  return hexadecimal === undefined ? undefined : readIpv4(`0x${hexadecimal}`)?.reach;
}

/** Providers name their machines after inner addresses too (`ip-10-0-0-1.ec2.internal`): those are names of the inside anyway. */
function isZoneLike(name: string): boolean {
  return ![...INTERNAL_ZONES, ...OFFICE_ZONES].some((zone) => name.endsWith(`.${zone}`));
}
