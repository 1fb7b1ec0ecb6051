/**
 * Products of float32 matrices, packed and blocked as in Goto and van de Geijn (2008). A block of each operand is
 * copied into panels that the innermost loop reads in order: 4 rows of the first (for each k, 4 values), 8 columns
 * of the second (for each k, 8 values). The innermost loop keeps 4 × 8 sums in registers.
 *
 * Values are added in the order of k within a block of {@link DEPTH}, and block by block.
 */

/** Values of k in a block. */
const DEPTH: i32 = 512;
/** Rows in a block of the first operand. */
const HEIGHT: i32 = 64;
/** Columns in a block of the second operand. */
const WIDTH: i32 = 512;
/** Bytes of a tile of 4 × 8 sums. */
const TILE: usize = 128;

/** Bytes that {@link matMul} needs beside its operands, from an address that is a multiple of 16. */
export function matMulScratch(): usize {
  return TILE + (((HEIGHT + WIDTH) * DEPTH) << 2);
}

/**
 * c = a · b for `batch` pairs of matrices. Strides are in values: of a row, a column, and from one matrix to the
 * next (0 repeats an operand). Each operand has a row or a column stride of 1. c is dense.
 */
export function matMul(
  a: usize,
  aRow: i32,
  aColumn: i32,
  aNext: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  bNext: i32,
  c: usize,
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  scratch: usize,
): void {
  const panelsA = scratch + TILE;
  const panelsB = panelsA + ((HEIGHT * DEPTH) << 2);
  for (let item = 0; item < batch; item++) {
    for (let k0 = 0; k0 < k; k0 += DEPTH) {
      const depth = min(DEPTH, k - k0);
      for (let n0 = 0; n0 < n; n0 += WIDTH) {
        const width = min(WIDTH, n - n0);
        packColumns(b + ((k0 * bRow + n0 * bColumn) << 2), bRow, bColumn, depth, width, panelsB);
        for (let m0 = 0; m0 < m; m0 += HEIGHT) {
          const height = min(HEIGHT, m - m0);
          packRows(a + ((m0 * aRow + k0 * aColumn) << 2), aRow, aColumn, height, depth, panelsA);
          block(panelsA, panelsB, c + ((m0 * n + n0) << 2), n, height, width, depth, k0 > 0, scratch);
        }
      }
    }
    a += aNext << 2;
    b += bNext << 2;
    c += (m * n) << 2;
  }
}

/** All tiles of a block of c; `cRow` is the length of a row of c. */
function block(
  panelsA: usize,
  panelsB: usize,
  c: usize,
  cRow: i32,
  height: i32,
  width: i32,
  depth: i32,
  add: bool,
  tile: usize,
): void {
  for (let j = 0; j < width; j += 8) {
    const panelB = panelsB + ((j * depth) << 2);
    const columns = min(8, width - j);
    for (let i = 0; i < height; i += 4) {
      const panelA = panelsA + ((i * depth) << 2);
      const rows = min(4, height - i);
      const to = c + ((i * cRow + j) << 2);
      if (rows === 4 && columns === 8) {
        sums(panelA, panelB, depth, to, cRow << 2, add);
      } else {
        sums(panelA, panelB, depth, tile, 32, false);
        copyTile(tile, to, cRow, rows, columns, add);
      }
    }
  }
}

/**
 * 4 × 8 sums over `depth` values of k; `stride` is in bytes. Four of k in a turn: V8 checks for interrupts once for them.
 * It asks after each whether that was the last, for V8 loads what a stretch without a branch needs before it computes, and
 * two would need more registers than there are.
 */
function sums(a: usize, b: usize, depth: i32, to: usize, stride: usize, add: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  const end = a + ((<usize>depth) << 4);
  while (a < end) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    a += 16;
    b += 32;
    if (a >= end) break;

    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    a += 16;
    b += 32;
    if (a >= end) break;

    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    a += 16;
    b += 32;
    if (a >= end) break;

    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    a += 16;
    b += 32;
  }
  const row1 = to + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  if (add) {
    c00 = f32x4.add(v128.load(to), c00);
    c01 = f32x4.add(v128.load(to, 16), c01);
    c10 = f32x4.add(v128.load(row1), c10);
    c11 = f32x4.add(v128.load(row1, 16), c11);
    c20 = f32x4.add(v128.load(row2), c20);
    c21 = f32x4.add(v128.load(row2, 16), c21);
    c30 = f32x4.add(v128.load(row3), c30);
    c31 = f32x4.add(v128.load(row3, 16), c31);
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  v128.store(row1, c10);
  v128.store(row1, c11, 16);
  v128.store(row2, c20);
  v128.store(row2, c21, 16);
  v128.store(row3, c30);
  v128.store(row3, c31, 16);
}

/** The part of a tile that lies within c. */
function copyTile(tile: usize, c: usize, cRow: i32, rows: i32, columns: i32, add: bool): void {
  for (let i = 0; i < rows; i++) {
    const from = tile + (i << 5);
    const to = c + ((i * cRow) << 2);
    for (let j = 0; j < columns << 2; j += 4) {
      const value = load<f32>(from + j);
      store<f32>(to + j, add ? load<f32>(to + j) + value : value);
    }
  }
}

/** Panels of 4 rows: for each k, 4 values. Rows beyond `height` are zeros. */
function packRows(a: usize, row: i32, column: i32, height: i32, depth: i32, to: usize): void {
  if (column === 1) packAcross(a, row, height, depth, to, 4);
  else packAlong(a, column, height, depth, to, 4);
}

/** Panels of 8 columns: for each k, 8 values. Columns beyond `width` are zeros. */
function packColumns(b: usize, row: i32, column: i32, depth: i32, width: i32, to: usize): void {
  if (column === 1) packAlong(b, row, width, depth, to, 8);
  else packAcross(b, column, width, depth, to, 8);
}

/** From a matrix whose lines, of `count` values, are those of a panel: line k begins at k · stride. */
function packAlong(from: usize, stride: i32, count: i32, depth: i32, to: usize, panel: i32): void {
  const step = (stride as usize) << 2;
  let i = 0;
  for (; i + panel <= count; i += panel) {
    let source = from + (i << 2);
    if (panel === 8) {
      for (let k = 0; k < depth; k++) {
        v128.store(to, v128.load(source));
        v128.store(to, v128.load(source, 16), 16);
        source += step;
        to += 32;
      }
    } else {
      for (let k = 0; k < depth; k++) {
        v128.store(to, v128.load(source));
        source += step;
        to += 16;
      }
    }
  }
  if (i === count) return;
  let source = from + (i << 2);
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < panel; j++) {
      store<f32>(to, i + j < count ? load<f32>(source + (j << 2)) : 0);
      to += 4;
    }
    source += step;
  }
}

/** From a matrix whose lines run along k: `count` lines, line i begins at i · stride. */
function packAcross(from: usize, stride: i32, count: i32, depth: i32, to: usize, panel: i32): void {
  const step = (stride as usize) << 2;
  const width = (panel as usize) << 2;
  for (let i = 0; i < count; i += panel) {
    for (let j = 0; j < panel; j += 4) {
      packFour(
        from + ((i + j) as usize) * step,
        step,
        max(0, min(4, count - i - j)),
        depth,
        to + (j << 2),
        width,
      );
    }
    to += (depth as usize) * width;
  }
}

/** `lines` lines (at most 4) side by side: 4 × 4 values are transposed at a time. `width` is in bytes. */
function packFour(from: usize, step: usize, lines: i32, depth: i32, to: usize, width: usize): void {
  let k = 0;
  if (lines === 4) {
    const second = from + step;
    const third = second + step;
    const fourth = third + step;
    for (; k + 4 <= depth; k += 4) {
      const at = (k as usize) << 2;
      const x0 = v128.load(from + at);
      const x1 = v128.load(second + at);
      const x2 = v128.load(third + at);
      const x3 = v128.load(fourth + at);
      const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to + width, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(to + 2 * width, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(to + 3 * width, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      to += 4 * width;
    }
  }
  for (; k < depth; k++) {
    for (let i = 0; i < 4; i++) {
      store<f32>(to + (i << 2), i < lines ? load<f32>(from + (i as usize) * step + (k << 2)) : 0);
    }
    to += width;
  }
}
