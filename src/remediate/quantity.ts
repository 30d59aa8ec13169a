/** Kubernetes quantities (apimachinery `resource.Quantity`), as far as memory and CPU need them. */

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** In units: bytes of memory, cores of CPU. Undefined for what is no quantity. */
export function parseQuantity(text: string): number | undefined {
  const parts = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:(?:[eE]([+-]?\d+))|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/u.exec(text.trim());
  if (parts === null) return undefined;
  const [, number = '', exponent, suffix = ''] = parts;
  return exponent === undefined ? Number(number) * (SUFFIXES[suffix] ?? 1) : Number(`${number}e${exponent}`);
}

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

/** 2000 is `2`, 1500 is `1500m`. */
export function formatMillicores(value: number): string {
  return value % 1000 === 0 ? `${value / 1000}` : `${value}m`;
}
