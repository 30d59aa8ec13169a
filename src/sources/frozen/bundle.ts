/**
 * A frozen snapshot: everything that a diagnosis needs, in one gzipped JSON file, so that it can be made anywhere and again.
 *
 * `objects` is a v1 List as kubectl writes it, each with a kind and a name; the rest of them is judged when they are read (`objects.ts`).
 * `evidence` holds what tools said, by the arguments of the call; `notSeen`, the kinds that could not be read, so that none is taken for
 * absent. A file is at most 256 MiB when inflated; whatever else is wrong with it is said with its name and what to do.
 */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { gap } from '../../crds/investigation.ts';
import type { KubeObject } from '../../kube/object.ts';

const LARGEST = 256 * 2 ** 20;

const byCall = z.record(z.string(), z.unknown()).nullish();
const bundleSchema = z.object({
  query: z.string().default(''),
  namespace: z.string(),
  collectedAt: z.string(),
  objects: z.object({
    items: z.array(z.looseObject({ kind: z.string(), apiVersion: z.string().optional(), metadata: z.looseObject({ name: z.string() }) })),
  }),
  evidence: z
    .object({
      alerts: byCall,
      errorLogs: byCall,
      recentLogs: byCall,
      connectivity: byCall,
      nodeServices: byCall,
      dependencies: byCall,
      metricsCsv: z.string().nullish(),
    })
    .prefault({}),
  notSeen: z
    .object({
      kinds: z.array(z.string()).default([]),
      gaps: z.array(gap).default([]),
    })
    .optional(),
});

/** Its objects have a kind and a name; of the rest nobody has checked yet that it is what whoever collected it says. */
export type Bundle = Omit<z.infer<typeof bundleSchema>, 'objects'> & { readonly objects: { readonly items: readonly KubeObject[] } };

/** Not a snapshot: the message says which file, what is wrong, and what to do. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

export async function readBundle(path: string): Promise<Bundle> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new BundleError(`${path}: cannot be read: ${(cause as Error).message}`, { cause });
  });
  const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = isZipped ? await inflated(path, bytes) : bytes;
  return parseBundle(path, text.toString('utf8'));
}

async function inflated(path: string, bytes: Uint8Array): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: LARGEST });
  } catch (cause) {
    throw new BundleError(`${path}: is not whole gzip, or larger than ${LARGEST / 2 ** 20} MiB; collect it again`, { cause });
  }
}

export function parseBundle(path: string, text: string): Bundle {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new BundleError(`${path}: is not JSON: ${(cause as Error).message}`, { cause });
  }
  const parsed = bundleSchema.safeParse(data);
  if (parsed.success) return parsed.data as unknown as Bundle;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new BundleError(`${path}: ${where === '' ? 'it' : where}: ${issue?.message ?? 'is wrong'}; agent-sre collect writes such a file`);
}

export const packBundle = (bundle: Bundle): Promise<Buffer> => promisify(gzip)(JSON.stringify(bundle));

export function timeOf({ collectedAt }: Pick<Bundle, 'collectedAt'>): number {
  const at = momentOf(collectedAt);
  if (Number.isNaN(at)) throw new BundleError(`collectedAt: "${collectedAt}" is not a time; write one like 2026-01-31T12:00:00Z`);
  return at;
}

/**
 * Milliseconds since the epoch; NaN if it is no time. One without a zone is that of the machines that the first such snapshots were taken
 * on: UTC+8.
 */
export const momentOf = (text: string): number => Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/u.test(text) ? text : `${text}+08:00`);
