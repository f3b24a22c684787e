/** A keyed pseudo-random function: any bytes in, 32 bytes out, of which nothing can be told without the key. */
export type KeyedHash = (input: Uint8Array) => Uint8Array;
