/** Quantities of containers and nodes, as findings count and show them. */
import { parseQuantity } from '../../domain/quantity.ts';

export function parseMillicores(text: string | number | undefined): number | undefined {
  const cores = parseQuantity(text);
  return cores === undefined ? undefined : Math.round(cores * 1000);
}
