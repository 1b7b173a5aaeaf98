import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from './credentials.ts';
import { openShopDatabase } from './db.ts';
import { DOCUMENTS, SUPPLIER_FILE } from './seed.ts';
import { openSupplierDesk } from './supplier-desk.ts';
import type { ShopParts } from './visit.ts';

/** Opens everything the shop keeps; without a data directory it lives in a temporary one that goes when the shop closes. */
export function openStock(dataDir: string | undefined, credentials?: Credentials): { parts: ShopParts; close(): void } {
  const root = dataDir ?? mkdtempSync(join(tmpdir(), 'holdfast-shop-'));
  const docsDir = join(root, 'docs');
  const uploadsDir = join(root, 'uploads');
  const privateDir = join(root, 'private');
  for (const dir of [docsDir, uploadsDir, privateDir]) mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const [name, text] of DOCUMENTS) writeFileSync(join(docsDir, name), text);
  writeFileSync(join(privateDir, SUPPLIER_FILE.name), SUPPLIER_FILE.text);
  const db = openShopDatabase();
  return {
    parts: {
      db,
      sessions: new Map(),
      uploads: { dir: uploadsDir, types: new Map() },
      docsDir,
      supplier: openSupplierDesk(db, credentials),
    },
    close() {
      db.close();
      if (dataDir === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}
