/** Ceilings of one request. Past any of them the request is refused: what was not read cannot be called clean. */
export interface DecodeLimits {
  targetBytesMax: number;
  queryParametersMax: number;
  formParametersMax: number;
  cookieBytesMax: number;
  cookiesMax: number;
  jsonBytesMax: number;
  jsonDepthMax: number;
  jsonKeysMax: number;
  partsMax: number;
  partHeadersMax: number;
  partHeaderBytesMax: number;
  partNameMax: number;
  /** One text field, and all of them together, of a multipart body that streams through. */
  streamedFieldBytesMax: number;
  streamedFieldsBytesMax: number;
  /** One GraphQL document. Aliases ask one question many times over, so they count apart. */
  graphqlBytesMax: number;
  graphqlTokensMax: number;
  graphqlDepthMax: number;
  graphqlAliasesMax: number;
  /** As much of an uploaded file is judged; what makes it dangerous where it lies begins there. */
  fileSampleBytesMax: number;
  xmlDepthMax: number;
  xmlNodesMax: number;
  textBytesMax: number;
}

/** Limits that apply when the caller names none; the numbers are those of the gateway's abuse table. */
export const DECODE_LIMITS: DecodeLimits = {
  targetBytesMax: 8_192,
  queryParametersMax: 256,
  formParametersMax: 1_000,
  cookieBytesMax: 8_192,
  cookiesMax: 128,
  jsonBytesMax: 1_048_576,
  jsonDepthMax: 64,
  jsonKeysMax: 10_000,
  partsMax: 100,
  partHeadersMax: 10,
  partHeaderBytesMax: 8_192,
  partNameMax: 256,
  streamedFieldBytesMax: 65_536,
  streamedFieldsBytesMax: 1_048_576,
  graphqlBytesMax: 262_144,
  graphqlTokensMax: 20_000,
  graphqlDepthMax: 32,
  graphqlAliasesMax: 256,
  fileSampleBytesMax: 8_192,
  xmlDepthMax: 64,
  xmlNodesMax: 20_000,
  textBytesMax: 10_485_760,
};
