/** The memory holds these octets and nothing else: no other request of a connection, and no other frame. */
export const isWhole = ({ byteLength, buffer }: Uint8Array): boolean => byteLength > 0 && byteLength === buffer.byteLength;

/**
 * Gives memory back at once, and not when the garbage collector comes: megabytes outside of its heap make it go through all of that
 * heap, again and again. Nothing can be read there any more, so whoever calls knows that nobody else will.
 */
export function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
