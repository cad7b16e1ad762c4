/**
 * Gives every row a column of its own such that the costs add up to as little as can be (the Hungarian method, in the
 * third power of the size). There must be as many columns as rows, or more. Returns the column of each row.
 */
export function cheapestPairs(costs: readonly (readonly number[])[]): number[] {
  const rows = costs.length;
  const columns = costs[0]?.length ?? 0;
  const costOf = (row: number, column: number) => costs[row - 1]?.[column - 1] ?? 0;
  // Counted from 1: 0 stands for the row in hand, and for no row.
  const rowAt = new Int32Array(columns + 1);
  const rowPrice = new Float64Array(rows + 1);
  const columnPrice = new Float64Array(columns + 1);
  const before = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    const slack = new Float64Array(columns + 1).fill(Infinity);
    const isUsed = new Uint8Array(columns + 1);
    rowAt[0] = row;
    let column = 0;
    do {
      isUsed[column] = 1;
      const current = rowAt[column] ?? 0;
      let least = Infinity;
      let next = 0;
      for (let other = 1; other <= columns; other++) {
        if (isUsed[other]) continue;
        const over = costOf(current, other) - (rowPrice[current] ?? 0) - (columnPrice[other] ?? 0);
        if (over < (slack[other] ?? Infinity)) {
          slack[other] = over;
          before[other] = column;
        }
        if ((slack[other] ?? Infinity) < least) {
          least = slack[other] ?? Infinity;
          next = other;
        }
      }
      for (let other = 0; other <= columns; other++) {
        if (isUsed[other]) {
          const owner = rowAt[other] ?? 0;
          rowPrice[owner] = (rowPrice[owner] ?? 0) + least;
          columnPrice[other] = (columnPrice[other] ?? 0) - least;
        } else slack[other] = (slack[other] ?? 0) - least;
      }
      column = next;
    } while ((rowAt[column] ?? 0) !== 0);
    while (column !== 0) {
      const previous = before[column] ?? 0;
      rowAt[column] = rowAt[previous] ?? 0;
      column = previous;
    }
  }
  const columnOf = new Array<number>(rows).fill(-1);
  for (let column = 1; column <= columns; column++) {
    const row = rowAt[column] ?? 0;
    if (row > 0) columnOf[row - 1] = column - 1;
  }
  return columnOf;
}
