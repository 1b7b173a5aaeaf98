import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** What a TAXII client is refused, in the words of an error message (TAXII 2.1 §3.6). */
export class TaxiiFault extends Error {
  override readonly name = 'TaxiiFault';
  readonly status: ContentfulStatusCode;

  constructor(status: ContentfulStatusCode, title: string) {
    super(title);
    this.status = status;
  }
}
