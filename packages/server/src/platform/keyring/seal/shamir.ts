/**
 * Shamir's scheme over GF(2^8) with the polynomial of AES (x^8 + x^4 + x^3 + x + 1): each byte of the secret is the constant of
 * a random polynomial of degree `need - 1`, and a share is its value at the number of the share. Any `need` shares fix the
 * polynomial; fewer leave every byte equally likely (A. Shamir, How to share a secret, CACM 22 (1979) 612-613).
 */
export interface Point {
  /** 1 to 255; 0 would be the secret. */
  readonly index: number;
  readonly bytes: Uint8Array;
}

export interface Split {
  readonly need: number;
  readonly of: number;
  /** As many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
}

/** Without a table or a branch on the operands: how long it takes says nothing of them. */
function multiply(left: number, right: number): number {
  let product = 0;
  let factor = left;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= factor & -((right >> bit) & 1);
    factor = ((factor << 1) ^ (0x11b & -((factor >> 7) & 1))) & 0xff;
  }
  return product & 0xff;
}

/** a^254 = 1/a (FIPS 197 §4.2): squared and multiplied along the bits of 254. */
function invert(value: number): number {
  let result = 1;
  let power = value;
  for (let bit = 0; bit < 8; bit += 1) {
    if (bit > 0) result = multiply(result, power);
    power = multiply(power, power);
  }
  return result;
}

/** @example split(key, { need: 3, of: 5, random: randomBytes }) */
export function split(secret: Uint8Array, { need, of, random }: Split): readonly Point[] {
  if (need < 2 || need > of || of > 255) throw new Error('assertion: 2 <= need <= of <= 255');
  const coefficients = Array.from({ length: need - 1 }, () => random(secret.length));
  const points = Array.from({ length: of }, (_, place) => {
    const index = place + 1;
    const bytes = secret.map((constant, at) => {
      let value = 0;
      // Horner, from the highest power down.
      for (const row of coefficients) value = multiply(value ^ (row[at] ?? 0), index);
      return value ^ constant;
    });
    return { index, bytes: new Uint8Array(bytes) };
  });
  for (const row of coefficients) row.fill(0);
  return points;
}

/** Lagrange at 0. With other points than those of one split it gives something, and nobody can tell from it that it is wrong. */
export function combine(points: readonly Point[]): Uint8Array {
  const length = points[0]?.bytes.length ?? 0;
  if (new Set(points.map(({ index }) => index)).size !== points.length || points.some(({ bytes }) => bytes.length !== length))
    throw new Error('assertion: points differ in number and agree in length');
  const secret = new Uint8Array(length);
  for (const { index, bytes } of points) {
    let weight = 1;
    for (const other of points) {
      if (other.index !== index) weight = multiply(weight, multiply(other.index, invert(other.index ^ index)));
    }
    for (const [at, byte] of bytes.entries()) secret[at] = (secret[at] ?? 0) ^ multiply(byte, weight);
  }
  return secret;
}
