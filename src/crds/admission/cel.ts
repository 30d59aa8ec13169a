/** Strings and lists as CEL writes them. */

export function celString(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export function celList(values: readonly string[]): string {
  return `[${values.map(celString).join(', ')}]`;
}
