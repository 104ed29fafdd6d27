// Numbers in bytes of seven bits, the lowest first, as predict/wiretag/varint.py has them.

/** The numbers, each below 2^32. */
export function* unpacked(bytes) {
  let number = 0, shift = 1;
  for (const byte of bytes) {
    number += (byte & 0x7f) * shift;
    if (byte < 0x80) {
      yield number;
      number = 0;
      shift = 1;
    } else if ((shift *= 128) > 2 ** 28) throw new Error("a list of numbers is broken");
  }
  if (shift > 1) throw new Error("a list of numbers is broken");
}

/** Strictly ascending numbers from their distances, less one. */
export function unpackAscending(bytes) {
  let length = 0;
  for (const byte of bytes) length += byte < 0x80;
  const numbers = new Uint32Array(length);
  let last = -1, n = 0;
  for (const gap of unpacked(bytes)) {
    last += gap + 1;
    if (last > 0xffffffff) throw new Error("a list of numbers is broken");
    numbers[n++] = last;
  }
  return numbers;
}
