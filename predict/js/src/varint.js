/** The numbers of `wiretag/varint.py`'s packing: gaps less one, in LEB128; throws for bytes that are none of its. */
export function unpackAscending(packed) {
  const numbers = new Uint32Array(packed.length);
  let n = 0;
  let last = 0; // one more than the last number
  let factor = 1;
  for (const byte of packed) {
    last += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte < 0x80) {
      numbers[n++] = last++;
      factor = 1;
    }
    if (factor > 2 ** 28) break;
  }
  if (factor > 1 || last > 2 ** 32) throw RangeError("'columns' is broken");
  return numbers.subarray(0, n);
}
