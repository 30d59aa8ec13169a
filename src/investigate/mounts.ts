/** Which mount of a container a line of its log is about: the one that holds a path that the line names, the deepest if several do. */
import type { ContainerSpec, Mount } from '../sources/kubernetes/snapshot.ts';

const PATH = /(?<![\w./-])\/[\w.@%+-]{1,255}(?:\/[\w.@%+-]{1,255}){0,32}/gu;

export function mountNamedIn({ mounts = [] }: Pick<ContainerSpec, 'mounts'>, text: string): Mount | undefined {
  const paths = text.match(PATH) ?? [];
  return mounts
    .filter(({ path }) => paths.some((one) => isWithin(one, path.replace(/\/$/u, ''))))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
}

const isWithin = (path: string, top: string): boolean => path === top || path.startsWith(`${top}/`);
