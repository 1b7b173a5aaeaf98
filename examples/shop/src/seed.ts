/** The shop's stock of data: no real person, and card numbers that card networks publish for testing. */
export const PRODUCTS = [
  {
    id: 1,
    name: 'Morning Sencha',
    category: 'green',
    priceCents: 890,
    listed: 1,
    blurb: 'Steamed leaves, grassy and bright. 100 g tin.',
  },
  {
    id: 2,
    name: 'Harbour Gunpowder',
    category: 'green',
    priceCents: 740,
    listed: 1,
    blurb: 'Tightly rolled pearls with a smoky edge. 100 g tin.',
  },
  {
    id: 3,
    name: 'Night Ferry Assam',
    category: 'black',
    priceCents: 820,
    listed: 1,
    blurb: 'Malty and strong enough for milk. 125 g tin.',
  },
  {
    id: 4,
    name: 'Lighthouse Earl Grey',
    category: 'black',
    priceCents: 960,
    listed: 1,
    blurb: 'Bergamot first, smoke last. 125 g tin.',
  },
  {
    id: 5,
    name: 'Garden Chamomile',
    category: 'herbal',
    priceCents: 650,
    listed: 1,
    blurb: 'Whole flowers, no caffeine. 50 g tin.',
  },
  {
    id: 6,
    name: 'Select Union Blend',
    category: 'green or black',
    priceCents: 1190,
    listed: 1,
    blurb: 'Two harvests in one tin: pick a leaf or order a mix.',
  },
  {
    id: 7,
    name: 'Staff Sample Tin',
    category: 'black',
    priceCents: 1,
    listed: 0,
    blurb: 'Not for sale: internal tasting batch.',
  },
] as const;

export const ACCOUNTS = {
  admin: { id: 1, name: 'admin', password: 'kettle-and-lid-42', role: 'admin', email: 'admin@shop.example' },
  customer: { id: 2, name: 'customer', password: 'tea or coffee -- 1=1?', role: 'customer', email: 'customer@shop.example' },
  neighbour: { id: 3, name: 'neighbour', password: 'spoon-upon-saucer', role: 'customer', email: 'neighbour@shop.example' },
} as const;

export type AccountName = keyof typeof ACCOUNTS;

export const ORDERS = [
  {
    id: 1,
    accountId: 2,
    items: '2 x Morning Sencha',
    totalCents: 1780,
    address: '1 Quay Road, Exampleton',
    payment: 'card 4111111111111111',
  },
  // Sixteen digits that fail the Luhn check: the innocent twin of a card number.
  {
    id: 2,
    accountId: 2,
    items: '1 x Select Union Blend',
    totalCents: 1190,
    address: '1 Quay Road, Exampleton',
    payment: 'invoice 4111111111111112',
  },
  {
    id: 3,
    accountId: 3,
    items: '3 x Garden Chamomile',
    totalCents: 1950,
    address: '7 Mill Lane, Exampleton',
    payment: 'card 5555555555554444',
  },
] as const;

export const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ['brewing-guide.txt', 'Green tea: 75 degrees, two minutes.\nBlack tea: 95 degrees, four minutes.\n'],
  ['price-list..v2.txt', 'Every tin on one page, second edition.\n'],
]);

/** Sits beside the documents folder, where only a path traversal reaches it. */
/** No bank has this number. */
export const SUPPLIER = { name: 'Night Ferry Estate', account: 'ZZ00 0000 0000 0000 0000 00' } as const;

export const SUPPLIER_FILE = { name: 'suppliers.txt', text: 'CONFIDENTIAL supplier margins: green 41 %, black 38 %\n' } as const;
