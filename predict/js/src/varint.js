/** The numbers of `wiretag/varint.py`'s packing: gaps less one, in LEB128; throws for bytes that are none of its. */
export function unpackAscending(packed) {
  const numbers = new Uint32Array(packed.length);
  let [n, last, gap, factor] = [0, -1, 0, 1];
  for (const byte of packed) {
    gap += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte < 0x80) {
      last += gap + 1;
      numbers[n++] = last;
      gap = 0;
      factor = 1;
    }
    if (factor > 2 ** 28 || last >= 2 ** 32) throw new RangeError("a list of numbers is broken");
  }
  if (factor > 1) throw new RangeError("a list of numbers is broken");
  return numbers.subarray(0, n);
}
