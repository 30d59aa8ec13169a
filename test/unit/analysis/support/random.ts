/** The same numbers in every run: a linear congruential generator (Numerical Recipes' constants), and normal deviates by Box and Muller. */
export function randomFrom(seed: number): { readonly uniform: () => number; readonly normal: () => number } {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) };
}

export function series(length: number, value: (index: number) => number): number[] {
  return Array.from({ length }, (_, index) => value(index));
}
