function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * One spelling of a value, whatever the order of its keys: for comparing settings and for their digests. Unlike the ledger's
 * canonical form it takes fractions (rates have them); `JSON.stringify` writes numbers as RFC 8785 §3.2.2.3 asks.
 * Only validated values come here, so the depth is that of their schema.
 */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1))) : inner,
  );
}
