/** Quantities of memory and CPU in the units of the actions' parameters, and back as manifests write them. */
import { parseQuantity } from '../domain/quantity.ts';

export function mebibytes(text: string | undefined): number | undefined {
  const bytes = text === undefined ? undefined : parseQuantity(text);
  return bytes === undefined ? undefined : bytes / 2 ** 20;
}

export function millicores(text: string | undefined): number | undefined {
  const cores = text === undefined ? undefined : parseQuantity(text);
  return cores === undefined ? undefined : cores * 1000;
}

/** 2048 is `2Gi`, 1536 is `1536Mi`. */
export function formatMebibytes(value: number): string {
  return value >= 1024 && value % 1024 === 0 ? `${value / 1024}Gi` : `${value}Mi`;
}
