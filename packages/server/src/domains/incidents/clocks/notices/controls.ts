/** Controls, line separators and signs that turn the direction of what follows. */
// oxlint-disable-next-line no-control-regex -- that is what is taken out
export const controls = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;
