/** Hosts of the document types that standards and widespread programs name; parsers have these in catalogues or leave them be. */
const WELL_KNOWN_HOSTS: ReadonlySet<string> = new Set([
  'www.w3.org',
  'www.apple.com',
  'my.netscape.com',
  'www.oasis-open.org',
  'docbook.org',
  'www.docbook.org',
  'java.sun.com',
  'www.hibernate.org',
  'hibernate.org',
  'hibernate.sourceforge.net',
  'www.springframework.org',
  'struts.apache.org',
  'mybatis.org',
  'logging.apache.org',
  'jakarta.apache.org',
  'checkstyle.org',
  'www.puppycrawl.com',
  'www.wapforum.org',
  'dtd.nlm.nih.gov',
  'jats.nlm.nih.gov',
  'www.ncbi.nlm.nih.gov',
  'xml.cxml.org',
  'cxml.org',
  'www.musicxml.org',
  'www.daisy.org',
  'www.idpf.org',
  'purl.org',
]);

/** Host of an absolute web address in lower case, else undefined. */
export function hostOf(systemId: string): string | undefined {
  return /^\s{0,8}https?:\/\/([\w.-]{1,255})(?:[/:?#]|$)/i.exec(systemId)?.[1]?.toLowerCase();
}

/** True for hosts whose document types honest documents point to. */
export function isWellKnown(host: string | undefined): boolean {
  return host !== undefined && WELL_KNOWN_HOSTS.has(host);
}
