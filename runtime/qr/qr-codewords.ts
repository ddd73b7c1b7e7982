/** What differs between the sizes of a symbol at error correction level L (ISO/IEC 18004:2015, tables 7, 9 and E.1). */
export type QrVersion = {
  readonly number: number;
  readonly totalCodewords: number;
  readonly correctionPerBlock: number;
  readonly blocks: number;
  /** Rows and columns of the centres of alignment patterns. */
  readonly alignment: readonly number[];
};

/** Product in the field GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (ISO/IEC 18004:2015 §7.5.2). */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> bit) & 1) * a;
  }
  return product;
}

/** The generator polynomial of a Reed–Solomon code, highest power first, without its leading 1. */
function generatorOf(degree: number): Uint8Array {
  const generator = new Uint8Array(degree);
  generator[degree - 1] = 1;
  let root = 1;
  for (let index = 0; index < degree; index += 1) {
    for (let place = 0; place < degree; place += 1) {
      generator[place] = multiply(generator[place] ?? 0, root) ^ (generator[place + 1] ?? 0);
    }
    root = multiply(root, 2);
  }
  return generator;
}

function remainderOf(data: Uint8Array, generator: Uint8Array): Uint8Array {
  const remainder = new Uint8Array(generator.length);
  for (const byte of data) {
    const factor = byte ^ (remainder[0] ?? 0);
    remainder.copyWithin(0, 1);
    remainder[remainder.length - 1] = 0;
    for (const [index, coefficient] of generator.entries()) {
      remainder[index] = (remainder[index] ?? 0) ^ multiply(coefficient, factor);
    }
  }
  return remainder;
}

/** Mode, length, the bytes, the terminator and padding (§7.4): all data codewords of a symbol. */
export function dataCodewords(bytes: Uint8Array, version: QrVersion): Uint8Array {
  const { number, totalCodewords, correctionPerBlock, blocks } = version;
  const codewords = new Uint8Array(totalCodewords - correctionPerBlock * blocks);
  let at = 0;
  const append = (value: number, bits: number): void => {
    for (let bit = bits - 1; bit >= 0; bit -= 1, at += 1) {
      const place = at >>> 3;
      codewords[place] = (codewords[place] ?? 0) | (((value >>> bit) & 1) << (7 - (at & 7)));
    }
  };
  append(0b0100, 4);
  append(bytes.length, number < 10 ? 8 : 16);
  for (const byte of bytes) append(byte, 8);
  const firstFree = Math.ceil(Math.min(at + 4, codewords.length * 8) / 8);
  for (let place = firstFree; place < codewords.length; place += 1) {
    codewords[place] = (place - firstFree) % 2 === 0 ? 0xec : 0x11;
  }
  return codewords;
}

/** Cuts the data into blocks, appends each one's correction, and interleaves them all (§7.6). */
export function withErrorCorrection(data: Uint8Array, version: QrVersion): Uint8Array {
  const { totalCodewords, correctionPerBlock, blocks } = version;
  const generator = generatorOf(correctionPerBlock);
  const shorter = Math.floor(data.length / blocks);
  const longBlocks = data.length % blocks;
  const cut = Array.from({ length: blocks }, (_, index) => {
    const start = index * shorter + Math.max(0, index - (blocks - longBlocks));
    return data.subarray(start, start + shorter + (index >= blocks - longBlocks ? 1 : 0));
  });
  const corrections = cut.map((block) => remainderOf(block, generator));
  const result = new Uint8Array(totalCodewords);
  let next = 0;
  for (const parts of [cut, corrections]) {
    const longest = Math.max(...parts.map((part) => part.length));
    for (let index = 0; index < longest; index += 1) {
      for (const part of parts) {
        const codeword = part[index];
        if (codeword !== undefined) result[next++] = codeword;
      }
    }
  }
  return result;
}
