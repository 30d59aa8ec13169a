/** An Application as it stands in Git: nobody has checked that yet. */
import { z } from 'zod';
import type { ApplicationSpec } from './resources.ts';

const text = z.string().optional();
const map = z.record(z.string(), z.json());

const source = z.looseObject({
  repoURL: z.string(),
  targetRevision: text,
  path: text,
  chart: text,
  ref: text,
  helm: z
    .looseObject({
      releaseName: text,
      namespace: text,
      valueFiles: z.array(z.string()).optional(),
      ignoreMissingValueFiles: z.boolean().optional(),
      values: text,
      valuesObject: map.optional(),
      parameters: z.array(z.looseObject({ name: z.string(), value: z.string(), forceString: z.boolean().optional() })).optional(),
      fileParameters: z.array(z.looseObject({})).optional(),
      skipCrds: z.boolean().optional(),
      kubeVersion: text,
      apiVersions: z.array(z.string()).optional(),
    })
    .optional(),
  kustomize: z
    .looseObject({
      namePrefix: text,
      nameSuffix: text,
      namespace: text,
      images: z.array(z.string()).optional(),
      replicas: z.array(z.looseObject({ name: z.string(), count: z.union([z.number(), z.string()]) })).optional(),
      patches: z.array(map).optional(),
      components: z.array(z.string()).optional(),
    })
    .optional(),
  directory: z
    .looseObject({ recurse: z.boolean().optional(), jsonnet: z.looseObject({}).optional(), include: text, exclude: text })
    .optional(),
  plugin: z.looseObject({}).optional(),
});

const applicationSpec = z.looseObject({
  source: source.optional(),
  sources: z.array(source).optional(),
  destination: z.looseObject({ server: text, name: text, namespace: text }),
});

export function parseApplicationSpec(spec: unknown): { readonly spec: ApplicationSpec } | { readonly refused: string } {
  const parsed = applicationSpec.safeParse(spec);
  return parsed.success ? { spec: spec as ApplicationSpec } : { refused: z.prettifyError(parsed.error).split('\n').slice(0, 4).join(' ') };
}
