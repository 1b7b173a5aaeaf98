/**
 * What passes. Not TRACE (echoes cookies back, RFC 9110 §9.3.8), not CONNECT (we are no forward proxy), not PRI (the HTTP/2
 * preface read as HTTP/1); nothing unknown, because what a method means must be known to judge it.
 */
export const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
