import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DatabaseSync } from 'node:sqlite';
import type { Session, SessionStore } from './session.ts';
import type { SupplierDesk } from './supplier-desk.ts';
import type { UploadShelf } from './upload-shelf.ts';

/** What the shop owns for as long as it runs. */
export interface ShopParts {
  readonly db: DatabaseSync;
  readonly sessions: SessionStore;
  readonly uploads: UploadShelf;
  readonly docsDir: string;
  readonly supplier: SupplierDesk;
}

/** One request with everything a page needs to answer it. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly params: ReadonlyMap<string, string>;
  readonly cookies: ReadonlyMap<string, string>;
  readonly session: Session | undefined;
  readonly parts: ShopParts;
}
