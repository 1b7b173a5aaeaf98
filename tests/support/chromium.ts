/** Where Debian puts it. */
export const CHROMIUM = '/usr/bin/chromium';

/** Nothing of the browser's own may go out, and a page of 127.0.0.1 is not to be treated as one of the public internet. */
export const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
];
