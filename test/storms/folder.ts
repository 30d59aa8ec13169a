/**
 * Storms of one's own: a JSON file each, with what Alertmanager sends and, as far as it is known, what the API server lists.
 *
 * `{"alerts": [{"labels", "annotations"?, "startsAt", "cause"?, "distance"?}], "objects": [Kubernetes objects], "at"?: time of the listing}`
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { KubeObject } from '../../src/kube/object.ts';
import { clusterObjectsFrom } from '../../src/sources/kubernetes/topology/objects.ts';
import { topologyOf } from '../../src/sources/kubernetes/topology/topologyOf.ts';
import type { Storm } from './storm.ts';

const texts = z.record(z.string(), z.string());
const file = z.object({
  kind: z.string().default('given'),
  at: z.string().optional(),
  alerts: z.array(
    z.object({
      labels: texts,
      annotations: texts.optional(),
      startsAt: z.string(),
      /** Which trouble brought it about; without labels nothing is scored. */
      cause: z.union([z.string(), z.number()]).default(''),
      /** 0 on the origin itself. */
      distance: z.number().default(1),
    }),
  ),
  objects: z.array(z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) })).default([]),
});

export async function readFolder(folder: string): Promise<readonly Storm[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  return Promise.all(names.map(async (name) => stormFrom(name, await readFile(join(folder, name), 'utf8'))));
}

function stormFrom(name: string, text: string): Storm {
  const { kind, at, alerts, objects } = file.parse(JSON.parse(text));
  const starts = alerts.map(({ startsAt }) => Date.parse(startsAt));
  const now = at === undefined ? Math.max(...starts) : Date.parse(at);
  return {
    name,
    kind,
    alerts: alerts.map(({ startsAt, cause, ...alert }) => ({ ...alert, cause: String(cause), startsAt: Date.parse(startsAt) })),
    topology: topologyOf(clusterObjectsFrom(objects as unknown as readonly KubeObject[]), now),
  };
}
