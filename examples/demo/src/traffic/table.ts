/** Sets rows in columns, with a rule below the first; what is in the columns of `left` stands to the left. */
export function setTable(rows: readonly (readonly string[])[], left: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (left.includes(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("   ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("   ");
  return [...lines.slice(0, 1), rule, ...lines.slice(1)];
}
