/**
 * How tools that attack name themselves in User-Agent, in lower case. Programs that people also use honestly (curl, wget, python-requests,
 * Go-http-client, libwww-perl, axios, okhttp, headless browsers) are not here, nor are search engines and uptime monitors.
 */
export const ATTACK_TOOLS: readonly string[] = (
  'sqlmap nikto nuclei wpscan gobuster dirbuster dirsearch feroxbuster wfuzz acunetix netsparker invicti nessus openvas w3af arachni ' +
  'skipfish zgrab masscan zmeu jorgee whatweb commix xsser xsstrike dalfox joomscan droopescan cmsmap sqlninja bsqlbf fimap uniscan ' +
  'webshag jaeles havij grendel-scan paros metasploit webinspect appscan burpcollaborator burpsuite ' +
  'owasp-zap zaproxy morfeus dirb/ ffuf/ ffuf hydra patator brutus n-stealth cgichk wapiti ' +
  'httprint blackwidow nosqlmap jsql tplmap ssrfmap sslscan whisker ' +
  'muieblackcat xspider golismero rustbuster kiterunner arjun paramspider hakrawler gospider sn1per ' +
  'struts-pwn webcruiser webbandit l9explore l9tcpid'
).split(' ');

/** Names of several words. */
export const ATTACK_TOOL_PHRASES: readonly string[] = [
  'nmap scripting engine',
  'nmap nse',
  'mozilla/5.0 sf',
  'burp suite',
  'owasp zap',
  'security scan',
  'vulnerability scanner',
  'projectdiscovery',
  'black widow',
  "who's your daddy",
  'hello, world',
  'gh0st',
  'fuzz faster u fool',
  'datacha0s',
  'core-project/1.0',
  'z.a.p.',
];

/** Headers that scanners add, and headers no client sends but attacks do: `proxy` (CVE-2016-5385), `request-range` (CVE-2011-3192). */
export const ATTACK_HEADERS: ReadonlySet<string> = new Set([
  'acunetix-product',
  'acunetix-scanning-agreement',
  'acunetix-user-agreement',
  'x-scan-memo',
  'x-ratproxy-loop',
  'x-wipp',
  'x-scanner',
  'x-bug-bounty-scan',
  'x-wvs-id',
  'x-nuclei-id',
  'proxy',
  'request-range',
]);

/** Marks by which tools know their own requests again. */
export const MARKERS: readonly string[] = [
  'acunetix_wvs_',
  'acunetix-wvs-',
  'w00tw00t.at.',
  'muieblackcat',
  'appscan_fingerprint',
  'appscanheader',
  'nessus_is_probing',
  'nessustest',
  'nikto-test-',
  'netsparker(0x',
  'nsextt',
  'openvasvt',
  'openvas-vt',
  'cirt.net/rfiinc',
  '/nmaplowercheck',
  'nice%20ports%2c',
  'nice ports,/tri',
  'trinity.txt.bak',
  'webinspect_',
  '/arachni-',
  'w3af.org',
  'rfi.nessus.org',
];

/** Services that report back whoever asks them; each ends a host name. */
export const CALLBACK_HOSTS: readonly string[] = [
  'oastify.com',
  'burpcollaborator.net',
  'interact.sh',
  'oast.pro',
  'oast.live',
  'oast.site',
  'oast.online',
  'oast.fun',
  'oast.me',
  'dnslog.cn',
  'dnslog.link',
  'ceye.io',
  'bxss.me',
  'xss.ht',
  'xss.report',
  'r87.me',
  'requestrepo.com',
  'pingb.in',
  'canarytokens.com',
  'eyes.sh',
  'log4shell.tools',
];
