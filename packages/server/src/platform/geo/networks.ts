/**
 * Networks of which it is commonly known what they are: those that let machines, where a browser of a person is rare, and
 * those that bring people into the internet. What stands in neither list is unknown.
 */
const HOSTING: ReadonlySet<number> = new Set([
  // Amazon, Google Cloud, Microsoft, Oracle, IBM, Alibaba, Tencent, Huawei
  14618, 16509, 396982, 8075, 31898, 36351, 37963, 45102, 45090, 132203, 136907,
  // DigitalOcean, OVH, Hetzner, Vultr, Akamai (Linode), Scaleway, Leaseweb
  14061, 16276, 24940, 213230, 20473, 63949, 12876, 28753, 30633, 60781,
  // M247, Contabo, netcup, HostPapa, IONOS, Equinix Metal, Unified Layer, GoDaddy
  9009, 40021, 51167, 197540, 36352, 8560, 54825, 46606, 26496,
  // FranTech, Clouvider, Datacamp, Hivelocity, Limestone, QuadraNet, Psychz, B2, IT7, WIIT, Hostinger, 31173
  53667, 62240, 60068, 212238, 29802, 46475, 8100, 40676, 55286, 25820, 24961, 47583, 39351,
  // Cloudflare, Akamai, Fastly: what comes from there is a proxy or a relay
  13335, 20940, 54113,
]);

const ACCESS: ReadonlySet<number> = new Set([
  // North America: Comcast, Verizon, AT&T, T-Mobile, Rogers, Bell, Shaw
  7922, 701, 22394, 7018, 20057, 21928, 812, 577, 6327,
  // Europe: Telekom, Vodafone, Orange, Free, BT, Virgin Media, KPN, Liberty Global, Telefónica, TIM, Telia
  3320, 3209, 30722, 33915, 3215, 5617, 12479, 12322, 2856, 5089, 1136, 6830, 3352, 3269, 3301,
  // Asia and Oceania: China Telecom, Unicom and Mobile, SoftBank, KDDI, NTT, KT, SK, Jio, Airtel, Telstra, TPG
  4134, 4837, 9808, 17676, 2516, 4713, 4766, 9318, 55836, 9498, 45609, 1221, 7545,
  // Latin America: Telmex, Claro, Vivo
  8151, 28573, 27699,
]);

export function kindOfNetwork(asn: number | null): 'hosting' | 'access' | 'unknown' {
  if (asn === null) return 'unknown';
  if (HOSTING.has(asn)) return 'hosting';
  return ACCESS.has(asn) ? 'access' : 'unknown';
}
