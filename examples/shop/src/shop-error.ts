const statusByCode = {
  'host-not-loopback': 500,
  'request-malformed': 400,
  'sign-in-required': 401,
  'not-allowed': 403,
  'cross-site': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'body-too-large': 413,
  'body-type-unsupported': 415,
  'host-unknown': 421,
  'too-many-live-clients': 503,
  'credentials-missing': 503,
} as const;

export type ShopErrorCode = keyof typeof statusByCode;

/** What the shop refuses knowingly. Anything else that is thrown meets the deliberately talkative failure page. */
export class ShopError extends Error {
  readonly code: ShopErrorCode;
  readonly status: number;

  constructor(code: ShopErrorCode, message: string) {
    super(message);
    this.name = 'ShopError';
    this.code = code;
    this.status = statusByCode[code];
  }
}
