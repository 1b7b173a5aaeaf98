import type { Exchange } from '../exchange.ts';

/** `https://host:port` as the visitor sees it. */
export const originOf = ({ connection, head }: Exchange): string =>
  `${connection.secure ? 'https' : 'http'}://${head.authority.toLowerCase()}`;
