/** One open transaction. Values are bound, never spliced; `query` throws the database's error. */
export type Sql = {
  query<Row = unknown>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Row[]; readonly rowCount: number }>;
};

/** A name as it stands in SQL text. Only codes that were checked come here, and they are quoted all the same. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
