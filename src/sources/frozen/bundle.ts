/**
 * A frozen snapshot: everything that a diagnosis needs, in one gzipped JSON file, so that it can be made anywhere and again.
 *
 * `objects` is a v1 List as kubectl writes it, each with a kind and a name; the rest of them is judged when they are read (`objects.ts`).
 * `evidence` holds what tools said, by the arguments of the call; `notSeen`, the kinds that could not be read, so that none is taken for
 * absent. What is wrong with a file is said with its name and what to do.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import { gap } from '../../crds/investigation.ts';
import type { KubeObject } from '../../kube/object.ts';
import { BundleError, parseJson, readText } from './bundleFile.ts';

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

export const readBundle = async (path: string): Promise<Bundle> => parseBundle(path, await readText(path));

export function parseBundle(path: string, text: string): Bundle {
  const parsed = bundleSchema.safeParse(parseJson(path, text));
  if (parsed.success) return parsed.data as unknown as Bundle;
  const [issue] = parsed.error.issues;
  throw new BundleError(
    `${path}: is no snapshot: ${issue === undefined ? 'it is wrong' : inWords(issue)}; agent-sre collect writes such a file`,
  );
}

function inWords({ path, message, ...issue }: z.core.$ZodIssue): string {
  const what = path.length === 0 ? 'it' : path.join('.');
  if (message.endsWith('received undefined')) return `${what} is missing`;
  return 'expected' in issue ? `${what} is not of the type ${issue.expected}` : `${what}: ${message}`;
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
