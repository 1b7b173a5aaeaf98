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
