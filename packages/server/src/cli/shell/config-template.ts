/** Quoted as JSON, which YAML 1.2 reads as it stands: no word of the operator can become syntax. */
const quote = (text: string): string => JSON.stringify(text);

/** A holdfast.yaml that does what no configuration does, with every line that people change first as a comment. */
export function configTemplate({ to, hosts }: { to: string | null; hosts: readonly string[] }): string {
  const upstream = to === null ? '#to: http://127.0.0.1:3000' : `to: ${quote(to)}`;
  const host = hosts.length === 0 ? '#host: [shop.example.org]' : `host: [${hosts.map(quote).join(', ')}]`;
  return `# Holdfast. Flags come before environment (HOLDFAST_*), that before this file, that before the defaults.
# Check it: holdfast config check      Every setting: holdfast config schema      Lines with # and no space are settings.

# The application to protect.
${upstream}

# Host names it is served under. Without any, every well-formed Host is served; with one, others get 421.
${host}

# monitor: attacks are recorded. enforce: attacks are blocked. TLS, headers, cookie flags and protocol checks always enforce.
mode: monitor

# Where it listens. http redirects to https and answers certificate challenges; off turns it off.
listen:
  https: 127.0.0.1:8443
  http: 127.0.0.1:8080
  # Plain HTTP behind a TLS terminator that you run already; loopback or private addresses only.
  #plain: 127.0.0.1:8000

# How many proxies in front of Holdfast are believed when they say who the client is.
#trustedHops: 1

# A certificate of your own, or one from an ACME authority. Without either, a local certificate is made.
#tls:
#  certificate: /etc/holdfast/chain.pem
#  key: /etc/holdfast/key.pem
#  acme:
#    enabled: true
#    email: you@example.org
#    agreeTerms: true

# Addresses that are never banned or rate limited: your office, your health checks.
#bans:
#  allow: [203.0.113.10]

# Whom a visitor who was blocked can ask; shown on the block page.
#contact: security@example.org

# The embedded database needs nothing. For PostgreSQL give a reference, never the address itself.
#database:
#  url: env:HOLDFAST_DATABASE_URL

# The root key opens everything in the data directory. Keep a copy elsewhere; backups never hold it.
#keyring:
#  file: /etc/holdfast/root.key
`;
}
